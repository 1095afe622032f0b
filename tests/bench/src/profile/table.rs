//! A profile as a person reads it.

use std::fmt;

use super::{Profile, Row};

/// Kinds of dispatches that take less of the time are told together.
const LEAST_SHARE: f64 = 0.005;

impl fmt::Display for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, runs, roofline, .. } = self;
        writeln!(
            formatter,
            "{name}: one of {runs} runs. At best {:.1} GFLOP/s in a product and {:.1} GB/s read and written.\n",
            roofline.flops_per_s * 1e-9,
            roofline.bytes_per_s * 1e-9
        )?;
        self.table(formatter, "operation", &self.operations)?;
        writeln!(formatter)?;
        self.table(formatter, "operation and sizes", &self.classes)
    }
}

impl Profile {
    fn table(&self, formatter: &mut fmt::Formatter<'_>, what: &str, rows: &[Row]) -> fmt::Result {
        writeln!(formatter, "| {what} | time | ms | dispatches | GFLOP/s | MB | of the roof |")?;
        writeln!(formatter, "| --- | --- | --- | --- | --- | --- | --- |")?;
        let all = sum("all", rows);
        let (told, rest) =
            rows.split_at(rows.partition_point(|row| row.seconds >= LEAST_SHARE * all.seconds));
        let rest = Some(sum("the rest", rest)).filter(|rest| rest.dispatches > 0);
        for row in told.iter().chain(&rest).chain([&all]) {
            self.line(formatter, row, row.seconds / all.seconds)?;
        }
        Ok(())
    }

    fn line(&self, formatter: &mut fmt::Formatter<'_>, row: &Row, share: f64) -> fmt::Result {
        let runs = self.runs.max(1) as f64;
        let rate = match row.flops {
            0 => String::new(),
            flops => format!("{:.1}", flops as f64 * 1e-9 / row.seconds),
        };
        writeln!(
            formatter,
            "| {} | {:.1} % | {:.2} | {} | {rate} | {:.1} | {:.0} % |",
            row.label,
            100.0 * share,
            row.seconds * 1e3 / runs,
            (row.dispatches as f64 * 10.0 / runs).round() / 10.0,
            row.bytes as f64 * 1e-6 / runs,
            100.0 * self.roofline.fraction(row),
        )
    }
}

fn sum(label: &str, rows: &[Row]) -> Row {
    let mut all = Row { label: label.to_owned(), ..Row::default() };
    for row in rows {
        all.dispatches += row.dispatches;
        all.seconds += row.seconds;
        all.flops += row.flops;
        all.bytes += row.bytes;
    }
    all
}
