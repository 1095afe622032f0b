//! Which variant of a kernel is fastest on this GPU, for operations of about one size.
//!
//! Nothing is measured while somebody waits. An operation runs in the form that follows from its sizes until its class
//! was measured (see `trial`), which its owner starts when there is nothing else to do, and keeps what came out of it
//! from one visit to the next. Variants compute the same to the bit, so that no picture depends on it.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use super::trial::Trial;
use crate::{Shape, shader::Kernel};

/// Classes with less of the work than this are not worth their measurement.
const LEAST_SHARE: f64 = 0.005;

/// Classes whose buffers take more are not measured: the model of the last picture is still there.
const MOST_STAND_IN_BYTES: u64 = 256 << 20;

/// Operations that are alike: a kernel, and sizes rounded up to powers of two. Those whose kernel is the form that follows
/// from their sizes are suited by one variant; what a submission may hold of a class is learned (`tempo`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Class {
    kernel: Kernel,
    shape: Shape,
}

impl Class {
    pub(super) fn of(kernel: Kernel, shape: Shape) -> Self {
        Self { kernel, shape: shape.rounded() }
    }

    pub(super) fn kernel(self) -> Kernel {
        self.kernel
    }
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.kernel, self.shape)
    }
}

/// What was measured, and what could be.
#[derive(Default)]
pub(super) struct Tuning {
    /// Whether variants may need subgroups.
    subgroups: bool,
    /// The variant of each class that came by. None while it was not measured.
    chosen: HashMap<Class, Option<Kernel>>,
    /// Names of variants by names of classes, from earlier visits.
    remembered: BTreeMap<String, String>,
    /// What can be measured of classes without a variant.
    trials: HashMap<Class, Trial>,
    /// Of everything that came by, in floating-point operations.
    flops: u64,
}

impl Tuning {
    /// Of a device with subgroups or without.
    pub(super) fn new(subgroups: bool) -> Self {
        Self { subgroups, ..Self::default() }
    }

    /// The form in which operations of a class run.
    pub(super) fn form(&mut self, class: Class) -> Kernel {
        let (remembered, subgroups) = (&self.remembered, self.subgroups);
        let choose = || first_choice(remembered, &class, subgroups);
        self.chosen.entry(class).or_insert_with(choose).unwrap_or(class.kernel)
    }

    /// Notes that an operation of a class runs, with what could be measured of it in all its forms, the usual one first.
    pub(super) fn meet(&mut self, class: Class, flops: u64, trial: impl FnOnce(Vec<Kernel>) -> Trial) {
        self.flops = self.flops.saturating_add(flops);
        if !matches!(self.chosen.get(&class), Some(Some(_))) {
            let variants = || class.kernel.variants(self.subgroups);
            let trial = self.trials.entry(class).or_insert_with(|| trial(variants()));
            trial.met_flops = trial.met_flops.saturating_add(flops);
        }
    }

    /// Takes out the trial of what has most of the work, if any is worth it.
    pub(super) fn next_trial(&mut self) -> Option<(Class, Trial)> {
        let small = self.trials.iter().filter(|(_, trial)| trial.stand_in_bytes() <= MOST_STAND_IN_BYTES);
        let (&class, trial) = small.max_by_key(|(_, trial)| trial.met_flops)?;
        let is_worth_it = trial.met_flops as f64 >= self.flops as f64 * LEAST_SHARE;
        let trial = is_worth_it.then(|| self.trials.remove(&class))??;
        Some((class, trial))
    }

    /// A class was measured.
    pub(super) fn settle(&mut self, class: Class, fastest: Kernel) {
        self.remembered.insert(class.to_string(), fastest.variant_name());
        self.chosen.insert(class, Some(fastest));
    }

    /// Names of variants by names of classes, to be kept.
    pub(super) fn names(&self) -> BTreeMap<String, String> {
        self.remembered.clone()
    }

    /// Takes over what [`names`](Self::names) once gave. Names that mean nothing here have no effect.
    pub(super) fn recall(&mut self, names: BTreeMap<String, String>) {
        self.remembered.extend(names);
        self.chosen.retain(|_, chosen| chosen.is_some());
        self.trials.clear();
    }
}

/// The variant that needs no measurement: the only one, or that of an earlier visit.
fn first_choice(remembered: &BTreeMap<String, String>, class: &Class, subgroups: bool) -> Option<Kernel> {
    let variants = class.kernel.variants(subgroups);
    if let [only] = variants[..] {
        return Some(only);
    }
    let name = remembered.get(&class.to_string())?;
    variants.into_iter().find(|variant| variant.variant_name() == *name)
}

#[cfg(test)]
impl Tuning {
    /// Takes variant number `nth` of every class that came by and has so many. True if there are any.
    pub(super) fn settle_all(&mut self, nth: usize) -> bool {
        let mut any = false;
        for (class, chosen) in &mut self.chosen {
            *chosen = class.kernel.variants(self.subgroups).get(nth).copied();
            any |= chosen.is_some();
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shader::{Attention, Exchange, Span, Width};

    const SPAN: Span = Span::Eight;
    const FORM: Kernel = Kernel::Attention(attention(4, Exchange::Memory));
    const OTHER: Kernel = Kernel::Attention(attention(1, Exchange::Memory));

    const fn attention(rows: u32, exchange: Exchange) -> Attention {
        Attention { columns: 2, rows, span: SPAN, exchange, width: Width::Four }
    }

    const fn shape(queries: usize) -> Shape {
        Shape::Attention { heads: 8, queries, keys: 77, head: 40 }
    }

    fn class(queries: usize) -> Class {
        Class::of(FORM, shape(queries))
    }

    fn meet(tuning: &mut Tuning, queries: usize) {
        let shape = shape(queries);
        tuning.meet(class(queries), shape.flops(), |_| Trial::of(&[FORM, OTHER], shape));
    }

    #[test]
    fn a_class_is_measured_once_and_serves_all_sizes_of_its_octave() {
        let mut tuning = Tuning::default();
        assert_eq!(tuning.form(class(900)), FORM);
        meet(&mut tuning, 900);
        let (measured, _) = tuning.next_trial().unwrap();
        tuning.settle(measured, OTHER);
        meet(&mut tuning, 1000);
        assert!(tuning.next_trial().is_none());
        assert_eq!(tuning.form(class(1024)), OTHER);
        assert_eq!(tuning.form(class(1025)), FORM);
    }

    #[test]
    fn what_takes_most_is_measured_first_and_trifles_never() {
        let mut tuning = Tuning::default();
        meet(&mut tuning, 1);
        for queries in [64, 4096] {
            meet(&mut tuning, queries);
        }
        let (first, _) = tuning.next_trial().unwrap();
        assert_eq!(first, class(4096));
        assert!(tuning.next_trial().is_some());
        assert!(tuning.next_trial().is_none(), "one query in four thousand");
    }

    #[test]
    fn what_has_one_form_is_not_measured() {
        let mut tuning = Tuning::default();
        let class = Class::of(Kernel::Map, Shape::Values(1000));
        assert_eq!(tuning.form(class), Kernel::Map);
        tuning.meet(class, 1000, |_| Trial::of(&[Kernel::Map], Shape::Values(1000)));
        assert!(tuning.next_trial().is_none());
    }

    #[test]
    fn what_needs_much_memory_is_not_measured() {
        let mut tuning = Tuning::default();
        let large = Trial { out_bytes: 300 << 20, ..Trial::of(&[FORM, OTHER], shape(900)) };
        tuning.meet(class(900), shape(900).flops(), |_| large);
        assert!(tuning.next_trial().is_none());
    }

    #[test]
    fn another_visit_knows_what_was_measured() {
        let mut tuning = Tuning::default();
        tuning.settle(class(900), OTHER);
        let mut later = Tuning::default();
        assert_eq!(later.form(class(900)), FORM);
        let mut names = tuning.names();
        names.insert("kernels of another version".to_owned(), "fast".to_owned());
        later.recall(names);
        assert_eq!(later.form(class(900)), OTHER);
        assert_eq!(later.names().len(), 2, "what this version does not know is kept for the one that does");
    }

    #[test]
    fn subgroups_are_not_chosen_where_there_are_none() {
        let needing = Kernel::Attention(attention(4, Exchange::Subgroup));
        let names = BTreeMap::from([(class(900).to_string(), needing.variant_name())]);
        for (subgroups, expected) in [(true, needing), (false, FORM)] {
            let mut tuning = Tuning::new(subgroups);
            tuning.recall(names.clone());
            assert_eq!(tuning.form(class(900)), expected);
            let mut offered = vec![];
            let other = class(2000);
            tuning.meet(other, 1, |variants| {
                offered.clone_from(&variants);
                Trial::of(&variants, shape(2000))
            });
            assert_eq!(offered.contains(&needing), subgroups);
        }
    }

    #[test]
    fn names_that_mean_nothing_have_no_effect() {
        let mut tuning = Tuning::default();
        tuning.recall(BTreeMap::from([(class(900).to_string(), "no such variant".to_owned())]));
        assert_eq!(tuning.form(class(900)), FORM);
    }
}
