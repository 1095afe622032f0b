//! Forms of a kernel that compute the same to the bit.
//!
//! Which of them is fastest depends on the GPU, and a picture must not: they differ in what a workgroup and a thread
//! have of the work, never in the order in which a value is summed up.

use super::{Attention, Exchange, Kernel, Matmul, Reads, Rows, Span, Tile, Writes};

impl Kernel {
    /// This form, then the others that a device can run, with `subgroups` or without.
    pub fn variants(self, subgroups: bool) -> Vec<Self> {
        let all: Vec<Self> = match self {
            Self::Matmul(matmul) => matmul.variants().map(Self::Matmul).collect(),
            Self::Attention(attention) => attention.variants().map(Self::Attention).collect(),
            _ => vec![],
        };
        let runs = |other: Self| subgroups || !other.needs_subgroups();
        let others = all.into_iter().filter(|&other| other != self && runs(other));
        std::iter::once(self).chain(others).collect()
    }

    /// What tells this form from its variants: for a person, and to remember it by.
    pub fn variant_name(self) -> String {
        match self {
            Self::Matmul(Matmul { tile, span, .. }) => format!("{tile}, {} columns a thread", span.columns()),
            Self::Attention(attention) => {
                let exchange = match attention.exchange {
                    Exchange::Memory => "",
                    Exchange::Subgroup => ", in subgroups",
                };
                format!(
                    "{} queries, {} keys a thread{exchange}",
                    attention.queries(),
                    attention.span.columns()
                )
            }
            _ => "the only one".to_owned(),
        }
    }
}

impl Matmul {
    fn variants(self) -> impl Iterator<Item = Self> {
        // Moments are merged by tiles, and squares of positions are a tile's own.
        let is_bound = matches!(self.writes, Writes::MomentsOfGroups | Writes::MomentsOfRows)
            || self.reads == Reads::NormGroups
            || matches!(self.rows, Rows::Squares | Rows::Doubled);
        let tiles = Tile::ALL.into_iter().filter(move |&tile| {
            tile == self.tile || (tile.sums_in_order() && self.tile.sums_in_order() && !is_bound)
        });
        tiles.flat_map(move |tile| Self { tile, ..self }.spans())
    }

    /// The same for each span that its threads can have.
    pub(super) fn spans(self) -> impl Iterator<Item = Self> {
        Span::choices(self.tile, self.rows).iter().map(move |&span| Self { span, ..self })
    }
}

impl Attention {
    /// The same with whatever its threads and workgroups can have of the work.
    pub(super) fn variants(self) -> impl Iterator<Item = Self> {
        Self::span_choices(self.columns).flat_map(move |span| {
            Self::row_choices(self.columns, span)
                .flat_map(move |rows| Exchange::ALL.map(|exchange| Self { rows, span, exchange, ..self }))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{DType, shader::Width};

    fn product(reads: Reads, writes: Writes) -> Kernel {
        let (tile, span, width) = (Tile::Square, Span::Eight, Width::Four);
        Kernel::Matmul(Matmul { rows: Rows::Matrix, weight: DType::F16, tile, span, width, reads, writes })
    }

    #[test]
    fn a_form_comes_first_and_its_variants_have_names_of_their_own() {
        for kernel in Kernel::all() {
            let variants = kernel.variants(true);
            assert_eq!(variants[0], kernel);
            let names: HashSet<String> = variants.iter().map(|variant| variant.variant_name()).collect();
            assert_eq!(names.len(), variants.len(), "{kernel:?}");
        }
    }

    #[test]
    fn every_variant_is_a_known_form_with_the_same_variants() {
        let known: HashSet<Kernel> = Kernel::all().into_iter().collect();
        for kernel in &known {
            let variants: HashSet<Kernel> = kernel.variants(true).into_iter().collect();
            assert!(variants.is_subset(&known), "{kernel:?}");
            assert!(variants.iter().all(|other| other.variants(true).len() == variants.len()), "{kernel:?}");
        }
    }

    #[test]
    fn without_subgroups_there_are_half_as_many_forms_of_attention() {
        for kernel in Kernel::all().into_iter().filter(|kernel| matches!(kernel, Kernel::Attention(_))) {
            let plain = kernel.variants(false);
            assert!(plain.iter().all(|&other| other == kernel || !other.needs_subgroups()));
            let others = usize::from(kernel.needs_subgroups());
            assert_eq!(kernel.variants(true).len(), 2 * (plain.len() - others));
        }
    }

    #[test]
    fn what_depends_on_the_tile_keeps_it() {
        assert_eq!(product(Reads::NormRows, Writes::Gated).variants(false).len(), 4);
        assert_eq!(product(Reads::NormKnownRows, Writes::Gated).variants(false).len(), 4);
        assert_eq!(product(Reads::Plain, Writes::MomentsOfGroups).variants(false).len(), 2);
        assert_eq!(product(Reads::Plain, Writes::MomentsOfRows).variants(false).len(), 2);
        assert_eq!(product(Reads::NormGroups, Writes::Plain).variants(false).len(), 2);
    }
}
