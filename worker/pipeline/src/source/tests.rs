use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, RgbaImage};

use super::*;

fn picture() -> RgbImage {
    RgbImage::from_fn(48, 40, |x, y| Rgb([(5 * x) as u8, (6 * y) as u8, (x * y) as u8]))
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn lossless_files_come_back_to_the_byte() {
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        assert_eq!(decode(&encoded(picture(), format)).unwrap(), picture());
    }
    let jpeg = decode(&encoded(picture(), ImageFormat::Jpeg)).unwrap();
    assert_eq!(jpeg.dimensions(), (48, 40));
}

#[test]
fn colours_of_a_mask_are_as_bright_as_for_the_reference() {
    // `Image.new("RGB", ...).convert("L")` of Pillow.
    let colours = [([255, 0, 0], 76), ([0, 255, 0], 150), ([0, 0, 255], 29), ([1, 2, 3], 2), ([7, 7, 7], 7)];
    let mask = RgbImage::from_fn(5, 1, |x, _| Rgb(colours[x as usize].0));
    let grey = decode_mask(&encoded(mask, ImageFormat::Png)).unwrap();
    assert_eq!(grey.into_raw(), colours.map(|(_, grey)| grey));
}

#[test]
fn every_cut_is_noticed() {
    for (format, name) in
        [(ImageFormat::Png, "PNG"), (ImageFormat::Jpeg, "JPEG"), (ImageFormat::WebP, "WebP")]
    {
        let bytes = encoded(picture(), format);
        for len in 1..bytes.len() {
            let error = decode(&bytes[..len]).expect_err(&format!("{name} cut to {len} bytes"));
            // Too few bytes to tell what it was.
            let unknown = error == SourceError::NotAPicture && len < 16;
            assert!(unknown || error == SourceError::CutOff { format: name }, "{name} cut to {len}: {error}");
        }
    }
}

#[test]
fn files_that_are_no_pictures() {
    assert_eq!(decode(b""), Err(SourceError::Empty));
    assert_eq!(decode(b"hello there, this is text"), Err(SourceError::NotAPicture));
    assert_eq!(decode(b"GIF89a and more"), Err(SourceError::NotAPicture));
    let bomb = br#"<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "lol">]><svg xmlns="http://www.w3.org/2000/svg"/>"#;
    assert_eq!(decode(bomb), Err(SourceError::Svg));
    assert_eq!(decode(b"\xef\xbb\xbf <svg width='9'/>"), Err(SourceError::Svg));
}

#[test]
fn large_pictures_are_refused_by_their_header() {
    // The header of a PNG of 20000x20000; its pixels are not even there.
    let mut png = encoded(picture(), ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
    let header = crc32(&png[12..29]).to_be_bytes();
    png[29..33].copy_from_slice(&header);
    assert_eq!(decode(&png), Err(SourceError::TooLarge { width_px: 20000, height_px: 20000 }));
    let message = decode(&png).unwrap_err().to_string();
    assert!(message.contains("20000x20000") && message.contains("40 megapixels"), "{message}");
}

#[test]
fn damage_is_named() {
    let mut png = encoded(picture(), ImageFormat::Png);
    let middle = png.len() / 2;
    png[middle] ^= 0xff;
    let error = decode(&png).unwrap_err();
    assert!(matches!(error, SourceError::Damaged { format: "PNG", .. }), "{error}");
}

#[test]
fn transparency_becomes_white() {
    let rgba = RgbaImage::from_raw(3, 1, vec![9, 9, 9, 0, 255, 0, 0, 128, 1, 2, 3, 255]).unwrap();
    let rgb = decode(&encoded(rgba, ImageFormat::Png)).unwrap();
    assert_eq!(rgb.into_raw(), [255, 255, 255, 255, 127, 127, 1, 2, 3]);
}

#[test]
fn exif_orientation_is_honoured() {
    // An APP1 segment with the one EXIF tag "orientation" (0x0112), value 6: turn right to see it upright.
    let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let jpeg = encoded(picture(), ImageFormat::Jpeg);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let turned = [&jpeg[..2], &[0xff, 0xe1], &length, exif, &jpeg[2..]].concat();
    let upright = decode(&jpeg).unwrap();
    assert_eq!(decode(&turned).unwrap(), image::imageops::rotate90(&upright));
}

/// PNG's checksum (ISO 3309), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
    })
}
