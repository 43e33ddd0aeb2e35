#!/bin/sh
# Makes the seed corpus anew: short files of every kind, kept in the repository so that tests can replay them.
set -eu
cd "$(dirname "$0")"
rm -rf seeds && mkdir -p seeds/jpeg seeds/png seeds/mp3 seeds/wav seeds/m4a seeds/aac
fixtures=../tests/media/fixtures
sound() { ffmpeg -v error -y -f lavfi -i "sine=440:d=0.3:r=$1" -ac "$2" -bitexact $3 "seeds/$4"; }
picture() { convert -seed 7 -size 24x20 plasma:tomato-steelblue $1 "seeds/$2"; }

sound 8000 1 "-b:a 8k" mp3/mpeg25.mp3
sound 16000 1 "-b:a 16k -write_xing 0 -id3v2_version 0" mp3/mpeg2-plain.mp3
sound 44100 2 "-q:a 9 -write_id3v1 1" mp3/vbr.mp3
sound 44100 2 "-b:a 64k -write_xing 0 -id3v2_version 3 -metadata title=x" mp3/tagged.mp3
sound 16000 1 "-c:a mp2 -b:a 32k" mp3/layer2.mp2
sox -n -r 44100 seeds/tone.wav synth 0.2 sine 300
lame --quiet --freeformat -b 330 -m m seeds/tone.wav seeds/mp3/free.mp3
rm seeds/tone.wav

sound 8000 1 "" wav/pcm.wav
sound 8000 6 "-c:a pcm_s24le -t 0.05" wav/extensible.wav
sound 8000 1 "-c:a adpcm_ms" wav/ms.wav
sound 8000 1 "-c:a adpcm_ima_wav" wav/ima.wav
sound 8000 1 "-c:a pcm_mulaw -rf64 always" wav/rf64.wav
sound 16000 1 "-c:a libmp3lame -b:a 16k" wav/mp3.wav
sox -n -r 8000 -B seeds/wav/rifx.wav synth 0.1 sine 300
sox -n -r 8000 -e gsm-full-rate seeds/wav/gsm.wav synth 0.2 sine 300
ffmpeg -v error -i seeds/wav/pcm.wav -f wav - | cat > seeds/wav/piped.wav

sound 16000 1 "-c:a aac -b:a 16k" m4a/aac.m4a
sound 16000 1 "-c:a aac -b:a 16k -movflags faststart -metadata title=x" m4a/faststart.m4a
sound 16000 1 "-c:a aac -b:a 16k -movflags empty_moov+default_base_moof -frag_duration 100000" m4a/fragments.m4a
sound 16000 1 "-c:a aac -b:a 16k -movflags delay_moov+frag_every_frame" m4a/hybrid.m4a
sound 16000 1 "-c:a alac" m4a/alac.m4a
sound 16000 1 "-c:a aac -b:a 16k -f mov" m4a/qt.mov
sound 48000 1 "-c:a libopus -b:a 16k -f mp4" m4a/opus.mp4
ffmpeg -v error -y -f lavfi -i testsrc=size=32x32:d=0.2 -c:v mpeg4 -bitexact seeds/m4a/video.mp4
head -c 6000 $fixtures/he-v1.m4a > seeds/m4a/cut.m4a
cp $fixtures/he-v2.m4a seeds/m4a/

sound 16000 1 "-c:a aac -b:a 16k" aac/plain.aac
sound 44100 2 "-c:a aac -b:a 32k -write_id3v2 1 -metadata title=x" aac/tagged.aac
sound 48000 2 "-c:a aac -b:a 32k -aac_pce 1 -write_apetag 1 -metadata title=x" aac/pce.aac
sound 16000 1 "-c:a aac -b:a 16k -f latm" aac/loas.latm
cp $fixtures/he-v1.aac $fixtures/he-v2.aac seeds/aac/

picture "" jpeg/baseline.jpg
picture "-interlace JPEG" jpeg/progressive.jpg
picture "-colorspace CMYK -set comment x" jpeg/cmyk.jpg
cp $fixtures/arithmetic.jpg $fixtures/restarts.jpg seeds/jpeg/
cat seeds/jpeg/baseline.jpg seeds/jpeg/progressive.jpg > seeds/jpeg/two.jpg
head -c 700 seeds/jpeg/progressive.jpg > seeds/jpeg/cut.jpg

picture "" png/rgb.png
picture "-interlace PNG -colors 4" png/palette.png
picture "-colorspace Gray -depth 16 -set comment x" png/gray.png
head -c 400 seeds/png/rgb.png > seeds/png/cut.png
ffmpeg -v error -y -f lavfi -i testsrc=size=24x20:rate=5:d=0.4 -f apng -bitexact seeds/png/animated.png
