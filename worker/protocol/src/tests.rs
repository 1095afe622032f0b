use super::*;

fn request() -> Request {
    Request {
        model: ModelId::builtin(),
        prompt: "a red apple".to_owned(),
        negative_prompt: String::new(),
        prompt_syntax: PromptSyntax::Weighted,
        strength: 0.55,
        strength_rule: StrengthRule::AllSteps,
        steps: 20,
        guidance_scale: 3.0,
        sampler: SamplerKind::FlowEuler,
        seed: u64::MAX,
        width_px: 128,
        height_px: 96,
        source_fit: SourceFit::Pad,
        mask_feather_px: 8,
        inpaint_area: InpaintArea::Masked,
        inpaint_padding_px: 32,
        loras: vec![LoraChoice { id: LoraId("lora:Brush".to_owned()), scale: 0.5 }],
    }
}

#[test]
fn commands_survive_the_trip() {
    let (source, mask) = (Some(Payload(0)), Some(Payload(1)));
    let sent = Command::Generate { job: JobId(7), request: request(), source, mask };
    assert_eq!(decode::<Command>(&encode(&sent)), Ok(sent));
    let texts = vec!["a red apple".to_owned(), String::new()];
    let sent = Command::CountTokens { revision: 9, texts, syntax: PromptSyntax::Weighted };
    assert_eq!(decode::<Command>(&encode(&sent)), Ok(sent));
    let crop = Some(CropPx { x: 1, y: 2, width: 3, height: 4 });
    let edit = SourceEdit { mirrored: true, quarter_turns: 3, crop };
    let sent = Command::InspectSource { job: JobId(9), file: Payload(0), edit };
    assert_eq!(decode::<Command>(&encode(&sent)), Ok(sent));
    let sent = Command::ImportLora { job: JobId(8), name: "Brush".to_owned(), file: Payload(0) };
    assert_eq!(decode::<Command>(&encode(&sent)), Ok(sent));
}

#[test]
fn events_survive_the_trip() {
    let sent = Event::Failed {
        job: None,
        report: ErrorReport {
            code: ErrorCode::DeviceLost,
            message: "The graphics device stopped.".to_owned(),
            detail: "lost: destroyed".to_owned(),
            recoverable: true,
        },
    };
    assert_eq!(decode::<Event>(&encode(&sent)), Ok(sent));
    let count = TokenCount { tokens: 80, capacity: 75, chunk_starts: vec![0], seen: 450, cut_off: 5 };
    let sent = Event::Tokens { revision: 9, counts: vec![count, TokenCount::default()] };
    assert_eq!(decode::<Event>(&encode(&sent)), Ok(sent));
    let sent = Event::Imported { job: JobId(4), id: "lora:Brush".to_owned() };
    assert_eq!(decode::<Event>(&encode(&sent)), Ok(sent));
    let id = LoraId("lora:Brush".to_owned());
    let sent =
        Event::Loras(vec![LoraInfo { id, name: "Brush".to_owned(), hash: "00ff".to_owned(), bytes: 9 }]);
    assert_eq!(decode::<Event>(&encode(&sent)), Ok(sent));
}

#[test]
fn a_strange_header_is_refused_not_a_panic() {
    let sent = encode(&Command::Generate { job: JobId(7), request: request(), source: None, mask: None });
    for cut in 0..sent.len() {
        assert!(decode::<Command>(&sent[..cut]).is_err(), "a header cut at {cut} was taken");
    }
    assert!(decode::<Command>(&[0xff; 64]).is_err());
}
