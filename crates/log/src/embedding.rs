//! The files of an embedding, for TensorBoard's PROJECTOR page, and what its configuration says of them.

use std::error::Error;
use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use crate::media::Progress;
use crate::report::{NotRead, NotWritten};

const CONFIG: &str = "projector_config.pbtxt";

/// Bytes per write call, so that progress on a slow disk can be seen.
const CHUNK: usize = 1 << 16;

type Failure = Box<dyn Error + Send + Sync>;

/// Writes the contents of a file.
pub type WriteFile = Box<dyn FnOnce(&mut dyn Write) -> Result<(), Failure> + Send>;

/// What a coordinate is stored as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// `True` or `False`.
    Bool,
    /// A whole number.
    I64,
    /// A whole number that is not negative.
    U64,
    /// A number, with all digits of its value.
    F32,
    /// A number.
    F64,
}

impl Element {
    /// Bytes of one.
    pub fn size(self) -> usize {
        match self {
            Self::Bool => 1,
            Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    /// Writes a number as Python does.
    fn write(self, out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        match self {
            Self::Bool => write!(out, "{}", if word[0] == 0 { "False" } else { "True" }),
            Self::I64 => write!(out, "{}", i64::from_ne_bytes(word)),
            Self::U64 => write!(out, "{}", u64::from_ne_bytes(word)),
            Self::F32 => {
                let [a, b, c, d, ..] = word;
                float(out, f32::from_ne_bytes([a, b, c, d]).into())
            }
            Self::F64 => float(out, f64::from_ne_bytes(word)),
        }
    }
}

/// Points with labels and pictures, as they were logged.
pub struct Embedding {
    /// The run's directory.
    pub directory: PathBuf,
    /// Where in it the files go.
    pub folder: String,
    /// What the configuration calls it; another of this name is replaced.
    pub name: String,
    /// The coordinates, one point after the other, in the machine's byte order.
    pub points: Box<dyn Read + Send>,
    /// The type of each.
    pub element: Element,
    /// Points, and coordinates of each.
    pub shape: (usize, usize),
    /// A file with a line for each point.
    pub labels: Option<Box<dyn Read + Send>>,
    /// Width and height of each point's picture.
    pub picture: Option<(usize, usize)>,
}

impl Embedding {
    /// Writes the files, and after them what the configuration says of them. `sprite` writes one of all pictures. Tells of
    /// its progress.
    ///
    /// # Errors
    /// [`NotWritten`]: a file cannot be written. It is left as it was. Another: the points cannot be read.
    pub fn write(
        mut self,
        sprite: Option<WriteFile>,
        progress: Progress<'_>,
    ) -> Result<(), Failure> {
        progress(true);
        let folder = self.directory.join(&self.folder);
        fs::create_dir_all(&folder).map_err(|cause| NotWritten {
            path: folder.clone(),
            cause,
        })?;
        whole(&folder.join("tensors.tsv"), progress, |out| {
            self.write_points(out)
        })?;
        if let Some(labels) = &mut self.labels {
            whole(&folder.join("metadata.tsv"), progress, |out| {
                let mut read = [0; 1 << 13];
                loop {
                    match labels
                        .read(&mut read)
                        .map_err(|error| NotRead(&error).to_string())?
                    {
                        0 => return Ok(()),
                        count => out.write_all(&read[..count])?,
                    }
                }
            })?;
        }
        if let Some(sprite) = sprite {
            whole(&folder.join("sprite.png"), progress, sprite)?;
        }
        let config = self.directory.join(CONFIG);
        let _turn = Turn::of(&self.directory);
        let present = match fs::read(&config) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(|cause| NotWritten {
                path: config.clone(),
                cause,
            })?,
        };
        whole(&config, progress, |out| {
            Ok(out.write_all(&self.added_to(&present))?)
        })
    }

    fn write_points(&mut self, out: &mut dyn Write) -> Result<(), Failure> {
        let (rows, columns) = self.shape;
        let size = self.element.size();
        let mut points = io::BufReader::with_capacity(1 << 16, &mut self.points);
        let mut number = [0; 8];
        for _ in 0..rows {
            for column in 0..columns {
                if column > 0 {
                    out.write_all(b"\t")?;
                }
                points
                    .read_exact(&mut number[..size])
                    .map_err(|error| NotRead(&error).to_string())?;
                self.element.write(&mut &mut *out, &number[..size])?;
            }
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// The configuration with this embedding at its end, in place of any of the same name.
    fn added_to(&self, present: &[u8]) -> Vec<u8> {
        let name = quoted(&self.name);
        let mut config: Vec<u8> = parts(present)
            .into_iter()
            .filter(|part| !is_of(part, name.as_bytes()))
            .flatten()
            .copied()
            .collect();
        if !config.is_empty() && !config.ends_with(b"\n") {
            config.push(b'\n');
        }
        let file = |file| quoted(&format!("{}/{file}", self.folder));
        let mut lines = vec![
            "embeddings {".to_owned(),
            format!("  tensor_name: {name}"),
            format!("  tensor_path: {}", file("tensors.tsv")),
        ];
        if self.labels.is_some() {
            lines.push(format!("  metadata_path: {}", file("metadata.tsv")));
        }
        if let Some((width, height)) = self.picture {
            lines.extend([
                "  sprite {".to_owned(),
                format!("    image_path: {}", file("sprite.png")),
                format!("    single_image_dim: {width}"),
                format!("    single_image_dim: {height}"),
                "  }".to_owned(),
            ]);
        }
        lines.push("}\n".to_owned());
        config.extend_from_slice(lines.join("\n").as_bytes());
        config
    }
}

/// The turn to change the configuration of a directory, which other writers change too, in this process or another.
struct Turn(Option<File>);

impl Turn {
    /// Waits for it. Where there are no locks, everybody has it.
    fn of(directory: &Path) -> Self {
        let directory = File::open(directory).ok();
        Self(directory.filter(|it| flock(it, FlockOperation::LockExclusive).is_ok()))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(directory) = &self.0 {
            // Not by closing: a child that was forked meanwhile has the same file open.
            let _ = flock(directory, FlockOperation::Unlock);
        }
    }
}

/// Writes a file as a whole: whoever reads it finds the old or the new one.
fn whole(
    path: &Path,
    progress: Progress<'_>,
    write: impl FnOnce(&mut dyn Write) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let written = || {
        let file = tempfile::Builder::new()
            .suffix(".new")
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(path.parent().unwrap_or(Path::new(".")))?;
        let mut out = BufWriter::with_capacity(CHUNK, Heard { file, progress });
        write(&mut out)?;
        let heard = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        heard.file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    written().map_err(|error: Failure| match error.downcast::<io::Error>() {
        Ok(cause) => {
            let (path, cause) = (path.to_owned(), *cause);
            NotWritten { path, cause }.into()
        }
        Err(error) => error,
    })
}

/// A file that tells when something was written to it.
struct Heard<'a> {
    file: tempfile::NamedTempFile,
    progress: Progress<'a>,
}

impl Write for Heard<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(&bytes[..bytes.len().min(CHUNK)])?;
        (self.progress)(true);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The shortest text that reads back as the number, in the form that Python's `repr` has.
fn float(out: &mut impl Write, value: f64) -> io::Result<()> {
    if value.is_nan() {
        return out.write_all(b"nan");
    }
    let text = format!("{value:?}");
    match text.split_once('e') {
        None => out.write_all(text.as_bytes()),
        Some((digits, exponent)) => {
            let (sign, exponent) = exponent
                .strip_prefix('-')
                .map_or(('+', exponent), |exponent| ('-', exponent));
            write!(out, "{digits}e{sign}{exponent:0>2}")
        }
    }
}

/// A string of protobuf's text format.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        if character < ' ' || matches!(character, '"' | '\\' | '\x7f') {
            let digit = |place: u32| char::from_digit((u32::from(character) >> place) & 7, 8);
            quoted.push('\\');
            quoted.extend([digit(6), digit(3), digit(0)].into_iter().flatten());
        } else {
            quoted.push(character);
        }
    }
    quoted.push('"');
    quoted
}

/// Splits protobuf's text format before and after each message on the outermost level.
fn parts(text: &[u8]) -> Vec<&[u8]> {
    let (mut parts, mut start, mut name_at) = (Vec::new(), 0, 0);
    let (mut depth, mut at, mut in_name) = (0_usize, 0, false);
    while let Some(&byte) = text.get(at) {
        let names = byte.is_ascii_alphanumeric() || byte == b'_';
        if names && !in_name && depth == 0 {
            name_at = at;
        }
        in_name = names;
        match byte {
            b'#' => at += text[at..].iter().take_while(|&&it| it != b'\n').count() - 1,
            b'"' | b'\'' => at += string_length(&text[at..]) - 1,
            b'{' | b'<' => {
                if depth == 0 {
                    let name_at = name_at.max(start);
                    parts.push(&text[start..name_at]);
                    start = name_at;
                }
                depth += 1;
            }
            b'}' | b'>' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    parts.push(&text[start..=at]);
                    start = at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(&text[start..]);
    parts
}

/// How long a quoted string is; 1, if its line ends before it does.
fn string_length(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\n' => return 1,
            b'\\' => at += 1,
            _ if byte == text[0] => return at + 1,
            _ => {}
        }
        at += 1;
    }
    1
}

/// Whether this is the embedding with this quoted name.
fn is_of(part: &[u8], name: &[u8]) -> bool {
    const FIELD: &[u8] = b"tensor_name";
    (0..part.len()).any(|at| {
        let is_inside_a_word =
            at > 0 && (part[at - 1].is_ascii_alphanumeric() || part[at - 1] == b'_');
        let value = part[at..]
            .strip_prefix(FIELD)
            .and_then(|rest| rest.trim_ascii_start().strip_prefix(b":"));
        !is_inside_a_word && value.is_some_and(|value| value.trim_ascii_start().starts_with(name))
    })
}

#[cfg(test)]
mod tests {
    use super::{float, parts, quoted};

    #[test]
    fn numbers_are_pythons() {
        for (value, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (f64::from(0.1_f32), "0.10000000149011612"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (-1.5e-300, "-1.5e-300"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.25e22, "1.25e+22"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            let mut text = Vec::new();
            float(&mut text, value).unwrap();
            assert_eq!(String::from_utf8(text).unwrap(), expected);
        }
    }

    #[test]
    fn messages_are_split_from_what_is_between_them() {
        let text =
            "# a { b\npath: \"x } {\" embeddings # old\n< a { } > other: 'it\\'s' embeddings{}\n";
        let found: Vec<_> = parts(text.as_bytes())
            .into_iter()
            .map(|part| std::str::from_utf8(part).unwrap())
            .collect();
        assert_eq!(
            found,
            [
                "# a { b\npath: \"x } {\" ",
                "embeddings # old\n< a { } >",
                " other: 'it\\'s' ",
                "embeddings{}",
                "\n"
            ]
        );
        for text in ["", "}", "{{{", "\"", "'\\", "#", "a { \"\n } b"] {
            assert_eq!(parts(text.as_bytes()).concat(), text.as_bytes());
        }
        assert_eq!(quoted("a\"\\\n損"), "\"a\\042\\134\\012損\"");
    }
}
