//! Arrow C streams (the capsules of `__arrow_c_stream__`): points of many series, and small tables.

use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch,
    RecordBatchIterator, RecordBatchReader, StringArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use lightboard_index::{Attempts, Index};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// Rows of a batch, at most.
const BATCH: usize = 1 << 16;

/// A series that is asked for: id and name of the run, and the tag.
pub(crate) type Asked = (String, String, String);

/// A stream of the points of `series`, one series in memory at a time.
pub(crate) fn points(
    py: Python<'_>,
    index: Arc<Index>,
    series: Vec<Asked>,
    attempts: Attempts,
) -> PyResult<Bound<'_, PyCapsule>> {
    let text = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let schema = Arc::new(Schema::new(vec![
        Field::new("run", text(), false),
        Field::new("tag", text(), false),
        Field::new("attempt", DataType::Int32, false),
        Field::new("step", DataType::Int64, false),
        Field::new("wall_time", DataType::Float64, false),
        Field::new("value", DataType::Float64, false),
    ]));
    let runs = Names::of(series.iter().map(|(_, run, _)| run));
    let tags = Names::of(series.iter().map(|(_, _, tag)| tag));
    capsule(
        py,
        PointReader {
            index,
            schema,
            runs,
            tags,
            series: series.into_iter(),
            attempts,
            rest: None,
        },
    )
}

/// A stream of one small table: name, type (`text`, `int` or `float`) and items of each column.
#[pyfunction]
pub(crate) fn arrow_table<'py>(
    py: Python<'py>,
    columns: Vec<(String, String, Bound<'py, PyAny>)>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let mut arrays: Vec<(String, ArrayRef, bool)> = Vec::new();
    for (name, kind, items) in columns {
        let array: ArrayRef = match kind.as_str() {
            "text" => Arc::new(StringArray::from(items.extract::<Vec<Option<String>>>()?)),
            "int" => Arc::new(Int64Array::from(items.extract::<Vec<Option<i64>>>()?)),
            "float" => Arc::new(Float64Array::from(items.extract::<Vec<Option<f64>>>()?)),
            other => {
                return Err(PyValueError::new_err(format!(
                    "expected text, int or float, found {other:?}"
                )));
            }
        };
        arrays.push((name, array, true));
    }
    let batch = RecordBatch::try_from_iter_with_nullable(arrays)
        .map_err(|error| PyValueError::new_err(error.to_string()))?;
    let schema = batch.schema();
    capsule(py, RecordBatchIterator::new([Ok(batch)], schema))
}

/// The stream as Python passes it on. It is released by whoever takes it over, else with the capsule.
fn capsule<R: RecordBatchReader + Send + 'static>(
    py: Python<'_>,
    reader: R,
) -> PyResult<Bound<'_, PyCapsule>> {
    let stream = FFI_ArrowArrayStream::new(Box::new(reader));
    PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
}

/// Names that all batches of a stream share, so that each row needs only a number.
struct Names(Arc<StringArray>);

impl Names {
    fn of<'a>(names: impl Iterator<Item = &'a String>) -> Self {
        let mut names: Vec<&String> = names.collect();
        names.sort_unstable();
        names.dedup();
        Self(Arc::new(StringArray::from_iter_values(names)))
    }

    /// A column that holds `name` in every row.
    fn repeated(&self, name: &str, rows: usize) -> Result<ArrayRef, ArrowError> {
        let (mut low, mut high) = (0, self.0.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.0.value(middle) < name {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let keys = Int32Array::from_value(low as i32, rows);
        let names: ArrayRef = Arc::<StringArray>::clone(&self.0);
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(
            keys, names,
        )?))
    }
}

struct PointReader {
    index: Arc<Index>,
    schema: SchemaRef,
    runs: Names,
    tags: Names,
    series: std::vec::IntoIter<Asked>,
    attempts: Attempts,
    /// What is left of the series that is being handed over.
    rest: Option<RecordBatch>,
}

impl PointReader {
    fn load(&self, (id, run, tag): &Asked) -> Result<RecordBatch, ArrowError> {
        let columns = self
            .index
            .columns(id, tag, self.attempts)
            .map_err(|error| ArrowError::ExternalError(Box::new(error)))?;
        let rows = columns.steps.len();
        RecordBatch::try_new(
            Arc::clone(&self.schema),
            vec![
                self.runs.repeated(run, rows)?,
                self.tags.repeated(tag, rows)?,
                Arc::new(Int32Array::from(columns.attempts)),
                Arc::new(Int64Array::from(columns.steps)),
                Arc::new(Float64Array::from(columns.wall_times)),
                Arc::new(Float64Array::from(columns.values)),
            ],
        )
    }
}

impl Iterator for PointReader {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let whole = if let Some(rest) = self.rest.take() {
            rest
        } else {
            let asked = self.series.next()?;
            match self.load(&asked) {
                Ok(whole) => whole,
                Err(error) => return Some(Err(error)),
            }
        };
        if whole.num_rows() <= BATCH {
            return Some(Ok(whole));
        }
        self.rest = Some(whole.slice(BATCH, whole.num_rows() - BATCH));
        Some(Ok(whole.slice(0, BATCH)))
    }
}

impl RecordBatchReader for PointReader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}
