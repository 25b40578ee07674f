//! Where the pictures of a batch stand, so that they are one picture.

/// Places for a batch, row by row; places that are left over stay black.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Pictures side by side.
    pub columns: usize,
    /// Rows of pictures.
    pub rows: usize,
}

impl Grid {
    /// Up to eight side by side: a batch of images, as torch lays it out.
    pub fn of_images(count: usize) -> Self {
        let columns = count.clamp(1, 8);
        Self {
            columns,
            rows: count.div_ceil(columns),
        }
    }

    /// As near to a square as powers of two come, wide rather than high: a batch of videos, as torch lays it out.
    pub fn of_videos(count: usize) -> Self {
        let places = count.max(1).next_power_of_two();
        let rows = 1 << (count.max(1).ilog2() / 2);
        Self {
            columns: places / rows,
            rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Grid;

    #[test]
    fn places_are_those_of_torch() {
        let images: Vec<_> = [1, 7, 8, 9, 17].map(Grid::of_images).into();
        let expected = [(1, 1), (7, 1), (8, 1), (8, 2), (8, 3)];
        assert_eq!(
            images,
            expected.map(|(columns, rows)| Grid { columns, rows })
        );
        // (batch size; columns, rows), from torch.utils.tensorboard._utils._prepare_video.
        for (count, columns, rows) in [
            (1, 1, 1),
            (2, 2, 1),
            (3, 4, 1),
            (4, 2, 2),
            (5, 4, 2),
            (8, 4, 2),
            (9, 8, 2),
            (16, 4, 4),
            (17, 8, 4),
        ] {
            assert_eq!(Grid::of_videos(count), Grid { columns, rows }, "{count}");
        }
    }
}
