//! A picture in few colours: median cut (Heckbert 1982) over a histogram, then a few rounds of k-means.

/// Bits of a channel that the histogram tells apart.
const BITS: u32 = 5;
const ROUNDS: usize = 4;

/// All pixels of nearly one colour.
#[derive(Clone, Copy, Default)]
struct Bin {
    count: u64,
    /// Of each channel, over all pixels.
    sum: [u64; 3],
}

impl Bin {
    fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.sum.iter_mut().zip(other.sum).for_each(|(sum, more)| *sum += more);
    }

    /// As one of fewer pixels, the fewer the more there were: an eye is small and its colour is not.
    fn muted(&self) -> Self {
        let count = self.count.isqrt();
        Self { count, sum: self.mean().map(|mean| u64::from(mean) * count) }
    }

    /// The mean colour; black for no pixels.
    fn mean(&self) -> [u8; 3] {
        self.sum.map(|sum| (sum + self.count / 2).checked_div(self.count).unwrap_or(0).min(255) as u8)
    }
}

fn bin_of([r, g, b]: [u8; 3]) -> usize {
    let top = |channel: u8| usize::from(channel >> (8 - BITS));
    (top(r) << (2 * BITS)) | (top(g) << BITS) | top(b)
}

fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    a.into_iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}

/// Replaces every pixel's colour by one of at most `most` colours, and returns those.
pub(crate) fn reduce(pixels: &mut [[u8; 3]], most: usize) -> Vec<[u8; 3]> {
    let mut bins = vec![Bin::default(); 1 << (3 * BITS)];
    for pixel in pixels.iter() {
        bins[bin_of(*pixel)].add(&Bin { count: 1, sum: pixel.map(u64::from) });
    }
    let used: Vec<usize> = (0..bins.len()).filter(|bin| bins[*bin].count > 0).collect();
    let means: Vec<Bin> = used.iter().map(|bin| bins[*bin].muted()).collect();
    let mut colors = cut(&means, most);
    for _ in 0..ROUNDS {
        let mut groups = vec![Bin::default(); colors.len()];
        for bin in &means {
            groups[nearest(&colors, bin.mean())].add(bin);
        }
        groups.retain(|group| group.count > 0);
        colors = groups.iter().map(Bin::mean).collect();
    }
    let mut table = vec![[0; 3]; bins.len()];
    for (bin, mean) in used.into_iter().zip(&means) {
        table[bin] = colors[nearest(&colors, mean.mean())];
    }
    pixels.iter_mut().for_each(|pixel| *pixel = table[bin_of(*pixel)]);
    colors
}

/// The place of the colour that is most like another.
pub(crate) fn nearest(colors: &[[u8; 3]], color: [u8; 3]) -> usize {
    (0..colors.len()).min_by_key(|at| distance(colors[*at], color)).unwrap_or(0)
}

/// Cuts the colours into boxes, the one with the most to tell apart first, and gives each box's mean.
fn cut(bins: &[Bin], most: usize) -> Vec<[u8; 3]> {
    let mut boxes = vec![bins.to_vec()];
    while boxes.len() < most {
        let widest = (0..boxes.len()).max_by_key(|at| worth(&boxes[*at])).filter(|at| worth(&boxes[*at]) > 0);
        let Some(widest) = widest else { break };
        let whole = boxes.swap_remove(widest);
        let (low, high) = halves(whole);
        boxes.extend([low, high]);
    }
    boxes.iter().map(|inside| sum(inside).mean()).collect()
}

fn sum(bins: &[Bin]) -> Bin {
    bins.iter().fold(Bin::default(), |mut sum, bin| {
        sum.add(bin);
        sum
    })
}

/// The channel in which a box is longest, and that length.
fn longest(bins: &[Bin]) -> (usize, u8) {
    let length = |channel: usize| {
        let values = bins.iter().map(|bin| bin.mean()[channel]);
        values.clone().max().unwrap_or(0) - values.min().unwrap_or(0)
    };
    let channel = (0..3).max_by_key(|channel| length(*channel)).unwrap_or(0);
    (channel, length(channel))
}

/// How much there is to gain by cutting a box: nothing for one of a single colour.
fn worth(bins: &[Bin]) -> u64 {
    let length = u64::from(longest(bins).1);
    length.pow(2) * sum(bins).count
}

/// Both halves of a box of two bins or more, with about as many pixels in each, and a bin at least.
fn halves(mut bins: Vec<Bin>) -> (Vec<Bin>, Vec<Bin>) {
    let (channel, _) = longest(&bins);
    bins.sort_by_key(|bin| bin.mean()[channel]);
    let half = sum(&bins).count / 2;
    let mut before = 0;
    let middle = bins.iter().take_while(|bin| {
        before += bin.count;
        before <= half
    });
    let middle = middle.count().clamp(1, bins.len() - 1);
    let high = bins.split_off(middle);
    (bins, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colors(pixels: &[[u8; 3]]) -> usize {
        pixels.iter().collect::<std::collections::BTreeSet<_>>().len()
    }

    #[test]
    fn few_colours_stay_what_they_are() {
        let mut pixels = [[200, 30, 40], [250, 248, 244], [200, 30, 40], [10, 20, 90]];
        reduce(&mut pixels, 8);
        assert_eq!(pixels, [[200, 30, 40], [250, 248, 244], [200, 30, 40], [10, 20, 90]]);
        let mut one = [[7, 7, 7]; 5];
        reduce(&mut one, 2);
        assert_eq!(one, [[7, 7, 7]; 5]);
        assert!(reduce(&mut [], 4).is_empty());
    }

    #[test]
    fn many_become_no_more_than_asked_for_and_small_things_keep_theirs() {
        let mut pixels: Vec<[u8; 3]> = (0..4000).map(|n| [(n % 256) as u8, (n / 16) as u8, 90]).collect();
        pixels.extend([[250, 0, 0]; 40]);
        reduce(&mut pixels, 8);
        assert!(colors(&pixels) <= 8 && colors(&pixels) > 4, "{}", colors(&pixels));
        let [r, g, _] = pixels[4000];
        assert!(r > 200 && g < 60, "the red thing became {:?}", pixels[4000]);
    }
}
