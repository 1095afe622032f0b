//! What the networks see of the source and its mask, and how their picture becomes the result.
//!
//! With a mask the generated picture is laid over the source: pixels where the mask, with its feather, is exactly
//! black are the source's own bytes.

use image::{GrayImage, RgbImage, RgbaImage, imageops};

use crate::{
    InpaintArea, PipelineError, Request, SourceFit, area::Area, feather::feathered, resample::resized,
};

/// Source and mask at the size that is generated, and what the result is laid over.
pub(crate) struct Canvas {
    pub(crate) source: Option<RgbImage>,
    /// With its feather.
    pub(crate) mask: Option<GrayImage>,
    under: Option<Under>,
}

/// What a masked result is laid over, all at the result's own size.
struct Under {
    picture: RgbImage,
    mask: GrayImage,
    /// The part that was generated.
    area: Area,
}

impl Canvas {
    /// `multiple_px`: what the model's sides must be multiples of.
    ///
    /// # Errors
    /// [`PipelineError::EmptyMask`] when only the masked part is asked for and there is none.
    pub(crate) fn new(request: &Request, multiple_px: u32) -> Result<Self, PipelineError> {
        let (width_px, height_px) = (request.width_px, request.height_px);
        let Some(source) = &request.source else {
            return Ok(Self { source: None, mask: None, under: None });
        };
        let Some(mask) = &request.mask else {
            let source = request.source_fit.picture(source, (width_px, height_px));
            return Ok(Self { source: Some(source), mask: None, under: None });
        };
        let target = result_size(request, source.dimensions(), multiple_px);
        let fit = match request.inpaint_area {
            InpaintArea::Whole => request.source_fit,
            // What is generated has its own proportions around the mask; the rest keeps the source's.
            InpaintArea::Masked { .. } => SourceFit::Stretch,
        };
        let picture = fit.picture(source, target);
        let mask = feathered(fit.mask(mask, source.dimensions(), target), request.mask_feather_px);
        let area = match request.inpaint_area {
            InpaintArea::Whole => Area::whole(target),
            InpaintArea::Masked { padding_px } => {
                let masked = Area::around(&mask).ok_or(PipelineError::EmptyMask)?;
                masked.padded(padding_px, target).with_proportions((width_px, height_px), target)
            }
        };
        Ok(Self {
            source: Some(resized(&area.of_picture(&picture), (width_px, height_px))),
            mask: Some(resized(&area.of_mask(&mask), (width_px, height_px))),
            under: Some(Under { picture, mask, area }),
        })
    }

    /// The result for a generated picture: itself, or with a mask what it is laid over.
    pub(crate) fn finish(&self, generated: RgbaImage) -> RgbaImage {
        match &self.under {
            Some(under) => under.with(generated),
            None => generated,
        }
    }
}

impl Under {
    /// Lays the generated picture over: nothing of it where the mask is black, mixed where it is grey.
    fn with(&self, generated: RgbaImage) -> RgbaImage {
        let (width, height) = self.area.size();
        let generated = resized(&generated, (width, height));
        let mut result = image::DynamicImage::from(self.picture.clone()).into_rgba8();
        let mask = imageops::crop_imm(&self.mask, self.area.x, self.area.y, width, height).to_image();
        for ((x, y, above), opacity) in generated.enumerate_pixels().zip(mask.pixels()) {
            let Some(pixel) = result.get_pixel_mut_checked(self.area.x + x, self.area.y + y) else {
                continue;
            };
            for (below, &above) in pixel.0.iter_mut().zip(&above.0).take(3) {
                *below = mix(*below, above, opacity.0[0]);
            }
        }
        result
    }
}

/// The size of a masked result. With only the masked part generated it is the source's own. With the whole generated
/// it is the request's, but the source's own where the two differ only by the model's rounding of sides.
fn result_size(request: &Request, source: (u32, u32), multiple_px: u32) -> (u32, u32) {
    let asked = (request.width_px, request.height_px);
    let rounded = |asked: u32, own: u32| asked.abs_diff(own) < multiple_px;
    match request.inpaint_area {
        InpaintArea::Masked { .. } => source,
        InpaintArea::Whole if rounded(asked.0, source.0) && rounded(asked.1, source.1) => source,
        InpaintArea::Whole => asked,
    }
}

/// `below` at opacity 0, `above` at 255, exactly.
fn mix(below: u8, above: u8, opacity: u8) -> u8 {
    let (below, above, opacity) = (u32::from(below), u32::from(above), u32::from(opacity));
    ((below * (255 - opacity) + above * opacity + 127) / 255) as u8
}

#[cfg(test)]
mod tests;
