//! kling-avatar from Rust: [`check_photo`] runs anywhere, `make_video` in a Rust front end (Leptos, Yew, Dioxus) or a Rust
//! worker (workers-rs), as an async function like any other.

use kling_avatar::engine::limits::Limits;
use kling_avatar::engine::media::probe_image;
use kling_avatar::engine::problem::Field;
use kling_avatar::engine::validate::{image_problems, probe_problem};

/// Whether the service will take this photo: its size in pixels, or everything that is wrong with it, for people.
pub async fn check_photo(bytes: &[u8]) -> Result<(u32, u32), Vec<String>> {
    let image = probe_image(bytes, usize::MAX).await.map_err(|error| vec![probe_problem(Field::Image, &error).message])?;
    let problems = image_problems(&image, &Limits::default());
    if problems.is_empty() {
        return Ok((image.width, image.height));
    }
    Err(problems.into_iter().map(|problem| problem.message).collect())
}

#[cfg(target_arch = "wasm32")]
mod page {
    use kling_avatar::engine::input::{Given, TextFields};
    use kling_avatar::engine::limits::Limits;
    use kling_avatar::engine::poll::PollPolicy;
    use kling_avatar::engine::problem::Field;
    use kling_avatar::engine::retry::RetryPolicy;
    use kling_avatar::engine::wire::Video;
    use kling_avatar::web::{AvatarInput, CallOptions, Client, Config, Media, Target, Thrown};
    use web_sys::File;

    /// A client of your gateway, which holds the key.
    pub fn client(gateway_url: &str) -> Client {
        Client::new(Config {
            target: Target::Gateway,
            base_url: gateway_url.to_owned(),
            fetch: None,
            limits: Limits::default(),
            retry: RetryPolicy::default(),
            poll: PollPolicy::default(),
            storage: None,
            max_concurrent_tasks: None,
        })
    }

    /// One photo and one voice in, a video out.
    pub async fn make_video(client: &Client, photo: &File, voice: &File, prompt: &str) -> Result<Video, Thrown> {
        let input = AvatarInput {
            image: Media::from_js(Field::Image, photo),
            sound_file: Media::from_js(Field::SoundFile, voice),
            texts: TextFields { prompt: Given::Text(prompt.to_owned()), ..TextFields::default() },
        };
        // Where this fails with a `failure().task_id`, the task is paid for: go on later with `client.wait_for_task`.
        client.generate(input, CallOptions::default()).await
    }
}
#[cfg(target_arch = "wasm32")]
pub use page::{client, make_video};

#[cfg(test)]
mod tests {
    use super::check_photo;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    /// Bytes in memory are there at once, so that no executor is needed.
    fn now<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("nothing to wait for"),
        }
    }

    #[test]
    fn takes_the_sample_and_refuses_text() {
        let (width, height) = now(check_photo(include_bytes!("../../../www/samples/portrait.jpg"))).unwrap();
        assert!(width >= 300 && height >= 300);
        assert_eq!(now(check_photo(b"no photo at all")).unwrap_err().len(), 1);
    }
}
