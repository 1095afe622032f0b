//! Dates as RFC 3339 writes them: `2026-11-27T00:38:40.123Z`.

const MILLIS_A_DAY: i64 = 86_400_000;
/// The year 9999: later ones have no such form.
const LAST_MILLIS: f64 = 253_402_300_799_999.0;

/// Writes milliseconds since 1970. A moment outside of the years 1970 to 9999 becomes the nearest one inside.
pub fn date_of_millis(millis: f64) -> String {
    // A value that is not a number becomes 0.
    let millis = millis.clamp(0.0, LAST_MILLIS) as i64;
    let (days, rest) = (millis / MILLIS_A_DAY, millis % MILLIS_A_DAY);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", rest % 1000)
}

/// Reads a date; `None` when the text is none.
pub fn millis_of_date(text: &str) -> Option<f64> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let mut date = date.splitn(3, '-').map(digits);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let days_in_month = match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days_in_month).contains(&day) || year > 9999 {
        return None;
    }
    let (clock, offset_minutes) = zone(time)?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut clock = clock.splitn(3, ':').map(digits);
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    // 60 is a leap second.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    digits(fraction)?;
    let thousandths = digits(&format!("{fraction:0<3}")[..3])?;
    let millis = ((hour * 60 + minute) * 60 + second) * 1000 + thousandths;
    Some((days(year, month, day) * MILLIS_A_DAY + millis - offset_minutes * 60_000) as f64)
}

/// Digits and nothing else, few enough to fit.
fn digits(text: &str) -> Option<i64> {
    let plain = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// A clock's time, and minutes east of Greenwich.
fn zone(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let at = time.rfind(['+', '-'])?;
    let (clock, offset) = time.split_at(at);
    let (hours, minutes) = offset[1..].split_once(':')?;
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let east = hours * 60 + minutes;
    Some((clock, if offset.starts_with('-') { -east } else { east }))
}

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days from 1970 to a date of the Gregorian calendar. Years begin in March here, so that a leap day is a year's last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

/// The date so many days after 1970 began.
fn civil(since: i64) -> (i64, i64, i64) {
    // A guess that is at most a year late, and then the month likewise.
    let mut year = 1970 + since / 365;
    while days(year, 1, 1) > since {
        year -= 1;
    }
    let mut month = 12;
    while days(year, month, 1) > since {
        month -= 1;
    }
    (year, month, since - days(year, month, 1) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        // `date -u -d ... +%s`
        for (seconds, date) in [
            (0.0, "1970-01-01T00:00:00.000Z"),
            (951_782_400.0, "2000-02-29T00:00:00.000Z"),
            (1_795_739_920.123, "2026-11-27T00:38:40.123Z"),
            (4_107_542_399.0, "2100-02-28T23:59:59.000Z"),
            (4_107_542_400.0, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799.0, "9999-12-31T23:59:59.000Z"),
        ] {
            let millis: f64 = (seconds * 1000.0_f64).round();
            assert_eq!(date_of_millis(millis), date);
            assert_eq!(millis_of_date(date), Some(millis));
        }
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for day in 0..146_097 {
            let millis = (day * MILLIS_A_DAY + 12_345) as f64;
            assert_eq!(millis_of_date(&date_of_millis(millis)), Some(millis), "day {day}");
        }
    }

    #[test]
    fn other_forms_of_the_same_moment() {
        for text in
            ["2026-11-27T02:08:40.1234567+01:30", "2026-11-26t23:38:40.123-01:00", "2026-11-27 00:38:40.123z"]
        {
            assert_eq!(millis_of_date(text), Some(1_795_739_920_123.0), "{text}");
        }
        assert_eq!(millis_of_date("2026-11-27T00:38:40Z"), Some(1_795_739_920_000.0));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "yesterday",
            "2026-11-27",
            "2026-11-27T00:38:40",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00+25:00",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00.1x2Z",
            "2026-01-01T00:00:00.é2Z",
            "+026-01-01T00:00:00Z",
            "99999999999999999999-01-01T00:00:00Z",
            "2026-01-01T00:00:00-é:00",
        ] {
            assert_eq!(millis_of_date(text), None, "{text}");
        }
    }

    #[test]
    fn moments_without_a_date_become_the_nearest() {
        assert_eq!(date_of_millis(f64::NAN), "1970-01-01T00:00:00.000Z");
        assert_eq!(date_of_millis(-5.0), "1970-01-01T00:00:00.000Z");
        assert_eq!(date_of_millis(f64::INFINITY), "9999-12-31T23:59:59.999Z");
    }
}
