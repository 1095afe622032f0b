//! LoRAs in a prompt, as other tools write them: `a red apple <lora:Brush:0.5>`.

use crate::UsedLora;

const BEGIN: &str = "<lora:";
const END: char = '>';

/// A LoRA's tag. Letters that the form has a use for are replaced in its name; our own JSON keeps them.
pub(crate) fn write(lora: &UsedLora) -> String {
    let name = lora.name.replace([':', '<', '>', '\n'], "_");
    format!("{BEGIN}{name}:{}{END}", lora.scale)
}

/// Takes the tags out of a prompt. What only looks like one stays.
pub(crate) fn take(prompt: &str) -> (String, Vec<UsedLora>) {
    let (mut words, mut loras) = (String::new(), Vec::new());
    let mut rest = prompt;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        words.push_str(before);
        match after.split_once(END).and_then(|(inside, after)| Some((read(inside)?, after))) {
            Some((lora, after)) => {
                loras.push(lora);
                rest = after;
            }
            None => {
                words.push_str(BEGIN);
                rest = after;
            }
        }
    }
    words.push_str(rest);
    (words.trim().to_owned(), loras)
}

/// `name`, `name:scale`, or `name:scale:scale of the text encoder`, of which the first scale counts.
fn read(inside: &str) -> Option<UsedLora> {
    let mut parts = inside.split(':');
    let name = parts.next().map(str::trim).filter(|name| !name.is_empty())?;
    let scale = parts.next().map_or(Some(1.0), |scale| scale.trim().parse::<f64>().ok());
    let scale = scale.filter(|scale| scale.is_finite())?;
    Some(UsedLora { name: name.to_owned(), hash: String::new(), scale })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lora(name: &str, scale: f64) -> UsedLora {
        UsedLora { name: name.to_owned(), hash: String::new(), scale }
    }

    /// A prompt, and what is left of it and found in it.
    type Case = (&'static str, &'static str, &'static [(&'static str, f64)]);

    #[test]
    fn tags_are_taken_out_of_a_prompt() {
        let cases: [Case; 8] = [
            ("an apple", "an apple", &[]),
            ("an apple <lora:Brush:0.5>", "an apple", &[("Brush", 0.5)]),
            ("<lora:a b:-1> an apple <lora:c:1.25:0.3>", "an apple", &[("a b", -1.0), ("c", 1.25)]),
            ("an apple <lora:Brush>", "an apple", &[("Brush", 1.0)]),
            ("an <lora:Brush:much> apple", "an <lora:Brush:much> apple", &[]),
            ("an <lora::1> apple <lora:x", "an <lora::1> apple <lora:x", &[]),
            ("<lora:x:inf><lora:", "<lora:x:inf><lora:", &[]),
            ("<lora:<lora:x:1>", "<lora:", &[("x", 1.0)]),
        ];
        for (prompt, words, loras) in cases {
            let loras: Vec<_> = loras.iter().map(|(name, scale)| lora(name, *scale)).collect();
            assert_eq!(take(prompt), (words.to_owned(), loras), "{prompt}");
        }
    }

    #[test]
    fn a_name_cannot_break_its_tag() {
        assert_eq!(write(&lora("a:b>c", 0.5)), "<lora:a_b_c:0.5>");
        assert_eq!(take(&write(&lora("Brush 2", 0.35))).1, [lora("Brush 2", 0.35)]);
    }
}
