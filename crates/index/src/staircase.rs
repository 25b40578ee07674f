//! The lowest of some numbers by where they apply.

/// Pairs of a place and a step; tells the lowest step of those at or beyond a place.
#[derive(Debug, Default)]
pub(crate) struct Staircase {
    /// Those that no other pair makes superfluous: places and steps descend.
    stairs: Vec<(f64, i64)>,
}

impl Staircase {
    pub(crate) fn add(&mut self, place: f64, step: i64) {
        if self.lowest(place).is_some_and(|lowest| lowest <= step) {
            return;
        }
        let at = self.stairs.partition_point(|stair| stair.0 > place);
        let superfluous = self.stairs[at..].iter().take_while(|it| it.1 >= step);
        let behind = at + superfluous.count();
        self.stairs.splice(at..behind, [(place, step)]);
    }

    /// The lowest step of those at `place` or beyond it.
    pub(crate) fn lowest(&self, place: f64) -> Option<i64> {
        let behind = self.stairs.partition_point(|stair| stair.0 >= place);
        Some(self.stairs[..behind].last()?.1)
    }
}

#[cfg(test)]
mod tests {
    use super::Staircase;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn tells_the_lowest_of_all_that_were_added(
            pairs in prop::collection::vec((-5..5i32, -5..5i64), 0..20),
        ) {
            let mut staircase = Staircase::default();
            for (place, step) in &pairs {
                staircase.add(f64::from(*place), *step);
            }
            for asked in -6..6 {
                let expected = pairs.iter().filter(|(place, _)| *place >= asked).map(|it| it.1).min();
                prop_assert_eq!(staircase.lowest(f64::from(asked)), expected);
            }
        }
    }
}
