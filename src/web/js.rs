//! Reading and building JavaScript values without ever letting an exception pass.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The global object, asked for itself: that needs none of the ways of platforms that have no `globalThis`.
    #[wasm_bindgen(js_namespace = globalThis, js_name = valueOf)]
    pub(super) fn global() -> JsValue;
}

/// Reads a property. A getter that throws, or a value that has no properties, reads as `undefined`.
pub(super) fn get(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// Reads a property and tells `undefined` and `null` from anything else.
///
/// # Errors
/// What the property's getter threw.
pub(super) fn try_get(value: &JsValue, name: &str) -> Result<Option<JsValue>, JsValue> {
    Reflect::get(value, &JsValue::from_str(name)).map(given)
}

/// Tells `undefined` and `null` from anything else.
pub(super) fn given(value: JsValue) -> Option<JsValue> {
    (!is_nothing(&value)).then_some(value)
}

/// Whether a value is `undefined` or `null`.
pub(super) fn is_nothing(value: &JsValue) -> bool {
    value.loose_eq(&JsValue::NULL)
}

/// Reads a property that is a finite number.
pub(super) fn number(value: &JsValue, name: &str) -> Option<f64> {
    get(value, name).as_f64().filter(|number| number.is_finite())
}

/// Reads a property that is a function.
pub(super) fn function(value: &JsValue, name: &str) -> Option<Function> {
    get(value, name).dyn_into().ok()
}

/// Calls a method.
///
/// # Errors
/// What the method threw, or a `TypeError` where there is no such method.
pub(super) fn call(this: &JsValue, name: &str, arguments: &[&JsValue]) -> Result<JsValue, JsValue> {
    let method: Function = Reflect::get(this, &JsValue::from_str(name))?
        .dyn_into()
        .map_err(|_| JsValue::from(js_sys::TypeError::new("not a function")))?;
    method.apply(this, &list(arguments))
}

fn list(values: &[&JsValue]) -> Array {
    values.iter().map(|value| (*value).clone()).collect()
}

/// Makes an object of a class of the platform's.
///
/// # Errors
/// What the constructor threw, or a `TypeError` where there is no such class.
pub(super) fn construct(class: &str, arguments: &[&JsValue]) -> Result<JsValue, JsValue> {
    let constructor: Function = get(&global(), class).dyn_into()?;
    Reflect::construct(&constructor, &list(arguments))
}

/// Sets a property of a plain object, which cannot fail.
pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

/// Builds a plain object.
pub(super) struct Builder(Object);

impl Builder {
    pub(super) fn new() -> Self {
        Self(Object::new())
    }

    /// Sets a property.
    pub(super) fn set(self, name: &str, value: impl Into<JsValue>) -> Self {
        set(&self.0, name, &value.into());
        self
    }

    /// Sets a property where there is a value.
    pub(super) fn set_some(self, name: &str, value: Option<impl Into<JsValue>>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    pub(super) fn build(self) -> JsValue {
        self.0.into()
    }
}
