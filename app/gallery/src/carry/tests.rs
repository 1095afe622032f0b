use super::*;
use crate::encode_png;
use crate::tests::settings;

/// A JPEG without a picture: JFIF's segment, a comment, and the beginning of the data.
fn jpeg() -> Vec<u8> {
    let jfif = [&[0xff, 0xd8, 0xff, 0xe0, 0, 16][..], b"JFIF\0", &[0; 9]].concat();
    [&jfif[..], &[0xff, 0xfe, 0, 4, b'h', b'i'], &[0xff, 0xda, 0, 3, 1, 7, 7, 0xff, 0xd9]].concat()
}

fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (kind, data) in chunks {
        body.extend(kind.iter().chain(&(data.len() as u32).to_le_bytes()).chain(*data));
        body.extend(std::iter::repeat_n(0, data.len() % 2));
    }
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

/// WebPs of 300 x 200: lossy, lossless and transparent, and with its chunk of flags.
fn webps() -> [Vec<u8>; 3] {
    let lossy =
        [&[0, 0, 0, 0x9d, 0x01, 0x2a][..], &300_u16.to_le_bytes(), &200_u16.to_le_bytes(), &[1]].concat();
    let bits = 299 | 199 << 14 | 1_u32 << 28;
    let lossless = [&[0x2f][..], &bits.to_le_bytes(), &[5]].concat();
    let flags = [0x20, 0, 0, 0, 0x2b, 1, 0, 199, 0, 0];
    [
        riff(&[(b"VP8 ", &lossy)]),
        riff(&[(b"VP8L", &lossless)]),
        riff(&[(b"VP8X", &flags), (b"ICCP", &[9, 9, 9]), (b"VP8 ", &lossy)]),
    ]
}

#[test]
fn every_format_gives_the_settings_back_and_takes_others_in_their_place() {
    let png = encode_png(&[9; 4], 1, 1, &Settings::default()).unwrap();
    for file in webps().into_iter().chain([jpeg(), png]) {
        let other = Settings { prompt: "一只红苹果, «à la carte»".to_owned(), ..settings() };
        let once = carry_settings(&file, &other).unwrap();
        assert_eq!(read_settings(&once).unwrap(), Some(other));
        let twice = carry_settings(&once, &settings()).unwrap();
        assert_eq!(read_settings(&twice).unwrap(), Some(settings()));
        assert_eq!(twice, carry_settings(&file, &settings()).unwrap(), "nothing of the first is left");
        assert_eq!(carry_settings(&twice, &settings()).unwrap(), twice);
    }
}

#[test]
fn a_jpeg_keeps_everything_else_in_its_place() {
    let carried = carry_settings(&jpeg(), &settings()).unwrap();
    assert_eq!(carried[..20], jpeg()[..20], "JFIF's segment stays first");
    assert_eq!(carried[20..22], [0xff, 0xe1]);
    assert!(carried.ends_with(&jpeg()[20..]));
}

#[test]
fn a_webp_announces_its_exif_and_keeps_its_size() {
    let [lossy, lossless, with_flags] = webps().map(|file| carry_settings(&file, &settings()).unwrap());
    let sides = [0x2b, 1, 0, 199, 0, 0];
    assert_eq!((&lossy[12..16], lossy[20], &lossy[24..30]), (&b"VP8X"[..], 0x08, &sides[..]));
    assert_eq!((lossless[20], &lossless[24..30]), (0x18, &sides[..]), "transparency is announced, too");
    assert_eq!((with_flags[20], &with_flags[24..30]), (0x28, &sides[..]));
    let riff_bytes = u32::from_le_bytes(lossy[4..8].try_into().unwrap()) as usize;
    assert_eq!(riff_bytes + 8, lossy.len());
}

#[test]
fn what_other_tools_wrote_is_read() {
    let text = write_parameters(&settings());
    let with = |exif: &[u8]| jpeg::with_exif(&jpeg(), exif).unwrap();
    let alone = Exif { comment: Some(text.clone()), note: None }.write();
    let read = |file: &[u8]| read_settings(file).unwrap().map(|settings| (settings.prompt, settings.seed));
    let expected = Some(("a red apple, shiny\non a table".to_owned(), u64::MAX));
    assert_eq!(read(&with(&alone)), expected);
    // The low bytes first, as some write them.
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let at = alone.windows(big.len()).position(|bytes| bytes == big).unwrap();
    let mut other = alone.clone();
    other.splice(at.., little);
    assert_eq!(read(&with(&other)), expected);
    // Plain letters, in a directory with the high bytes first.
    let value = [b"ASCII\0\0\0", text.as_bytes()].concat();
    let mut motorola = b"MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0".to_vec();
    motorola.extend(b"\0\x01\x92\x86\0\x07");
    motorola.extend((value.len() as u32).to_be_bytes().iter().chain(&[0, 0, 0, 0x2c, 0, 0, 0, 0]));
    motorola.extend(value);
    assert_eq!(read(&with(&motorola)), expected);
    // Another maker's note is not ours.
    let strange = Exif { comment: Some(text), note: Some(b"Camera Works 2.1".to_vec()) };
    assert_eq!(read(&with(&strange.write())), expected);
}

#[test]
fn long_prompts_leave_a_jpeg_the_text_alone_and_then_nothing() {
    let long = |letters: usize| Settings { prompt: "a".repeat(letters), ..settings() };
    let carried = carry_settings(&jpeg(), &long(25_000)).unwrap();
    assert_eq!(read_settings(&carried).unwrap().unwrap().prompt.len(), 25_000);
    let refused = carry_settings(&jpeg(), &long(70_000)).unwrap_err();
    assert!(matches!(refused, GalleryError::NotCarried { .. }), "{refused}");
    let [webp, ..] = webps();
    let carried = carry_settings(&webp, &long(70_000)).unwrap();
    assert_eq!(read_settings(&carried).unwrap(), Some(long(70_000)));
}

#[test]
fn damage_is_never_worse_than_no_settings() {
    let files = webps().into_iter().chain([jpeg()]).map(|file| carry_settings(&file, &settings()).unwrap());
    for file in files {
        for cut in 0..file.len() {
            let cut = &file[..cut];
            // Of our own note a part is never read.
            assert!(read_settings(cut).ok().flatten().is_none_or(|read| read == settings()));
            carry_settings(cut, &settings()).ok();
        }
        for at in 0..file.len().min(400) {
            let mut damaged = file.clone();
            damaged[at] ^= 0xff;
            read_settings(&damaged).ok();
            carry_settings(&damaged, &settings()).ok();
        }
    }
}
