//! **Enable inpainting** and what goes with it, below the source.

use leptos::{html, prelude::*};
use masks::Rect;
use protocol::InpaintArea;

use super::overlay;
use crate::components::field::{NumberField, NumberHints};
use crate::components::icon::Icon;
use crate::components::notice::{NoticeAt, sentence_id};
use crate::components::select::{SelectField, among, names};
use crate::state::{CheckedSource, Ground, Place, SourceState, studio};
use crate::words::mask as words;

/// Sides of the small picture of the mask are at most this long, twice what they take on the screen.
const THUMBNAIL_PX: u32 = 160;
const FEATHER: NumberHints = NumberHints { min: "0", max: "256", step: "1" };
const PADDING: NumberHints = NumberHints { min: "0", max: "1024", step: "8" };
const AREAS: [InpaintArea; 2] = [InpaintArea::Whole, InpaintArea::Masked];

/// The switch, and once it is on, the mask and its settings.
#[component]
pub(crate) fn MaskPanel() -> impl IntoView {
    let studio = studio();
    let inpaint = studio.form.inpaint;
    let has_source = Memo::new(move |_| studio.source.is_some());
    let hint = move || if has_source.get() { words::ENABLE_HINT } else { words::NEEDS_SOURCE };
    view! {
        <div class="field mask-panel">
            <label class="check">
                <input
                    type="checkbox"
                    aria-describedby=format!("inpaint-hint {}", sentence_id(Place::Mask))
                    prop:checked=inpaint
                    on:change=move |event| {
                        inpaint.set(event_target_checked(&event));
                        studio.notices.clear(Place::Mask);
                    }
                />
                <span>{words::ENABLE}</span>
            </label>
            <p id="inpaint-hint" class="hint">{hint}</p>
            <Show when=move || inpaint.get() && has_source.get()>
                <MaskRow />
                <MaskSettings />
            </Show>
            <Show when=move || !studio.edits_mask()>
                <NoticeAt place=Place::Mask />
            </Show>
        </div>
    }
}

/// The mask over the source, small, and the way into the editor.
#[component]
fn MaskRow() -> impl IntoView {
    let studio = studio();
    let share = move || match studio.ground() {
        Ground::Drawn => words::share_and_borders(studio.mask.share.get()),
        Ground::None | Ground::LeftOut => words::share(studio.mask.share.get()),
    };
    view! {
        <div class="mask-row">
            <Thumbnail />
            <div>
                <button
                    type="button"
                    aria-describedby=sentence_id(Place::Mask)
                    on:click=move |_| studio.edit_mask()
                >
                    {Icon::Brush.draw()}
                    {words::EDIT}
                </button>
                <p class="hint">{share}</p>
            </div>
        </div>
    }
}

#[component]
fn Thumbnail() -> impl IntoView {
    let studio = studio();
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        // Nobody sees it behind the editor.
        let Some(canvas) = canvas.get().filter(|_| !studio.edits_mask()) else { return };
        studio.mask.look(|editor| {
            let mask = editor.mask();
            let small = mask.resized(mask.size().within(THUMBNAIL_PX));
            overlay::paint(&canvas, &small, Rect::whole(small.size()));
        });
    });
    let source = move || match studio.source.state.get() {
        SourceState::Ready(CheckedSource { url, .. }) => Some(view! { <img src=url.to_string() alt="" /> }),
        SourceState::None | SourceState::Checking(_) => None,
    };
    view! {
        <div class="mask-thumbnail" aria-hidden="true">
            {source}
            <canvas node_ref=canvas></canvas>
        </div>
    }
}

/// **Mask feather**, **Inpaint area** and the padding of the latter.
#[component]
fn MaskSettings() -> impl IntoView {
    let studio = studio();
    let form = studio.form;
    let only_masked = move || form.inpaint_area.get() == InpaintArea::Masked;
    let (chosen, choose) =
        among(AREAS, move || form.inpaint_area.get(), move |area| form.inpaint_area.set(area));
    let hint = move || if only_masked() { words::ONLY_MASKED_HINT } else { words::WHOLE_HINT };
    view! {
        <div class="columns">
            <NumberField
                id="mask-feather"
                label=words::FEATHER
                value=form.mask_feather_px
                hints=FEATHER
                place=Place::Mask
                shares_place=true
            />
            <SelectField
                id="inpaint-area"
                label=words::AREA
                names=names([words::WHOLE, words::ONLY_MASKED])
                chosen
                choose
                hint="inpaint-area-hint"
            />
            <Show when=only_masked>
                <NumberField
                    id="mask-padding"
                    label=words::PADDING
                    value=form.inpaint_padding_px
                    hints=PADDING
                    place=Place::Mask
                    shares_place=true
                />
            </Show>
        </div>
        <p id="inpaint-area-hint" class="hint">{hint}</p>
    }
}
