/// How a file is to be read: everything may be left to detection.
public struct FileFormat: Sendable, Equatable {
  /// The type of file. gzip around any type but XLSX is recognised by its first bytes.
  public enum FileType: String, Sendable, CaseIterable {
    /// By first bytes (XLSX), by name (`.jsonl`, `.csv`), by a start with `{"` (JSON Lines), else CSV.
    case auto
    /// Separated values.
    case csv
    /// An Office Open XML workbook.
    case xlsx
    /// One JSON object a line.
    case jsonl
  }

  /// Which byte separates fields.
  public enum Delimiter: Sendable, Equatable {
    /// The one of `,` tab `;` `|` that cuts the first records into the most equal numbers of fields.
    case auto
    /// This ASCII byte.
    case byte(UInt8)
  }

  /// Where the header stands.
  public enum Header: Sendable, Equatable {
    /// The first of the first 20 records in which at least two, or half, of the non-empty cells are known names;
    /// the first record when no names are known.
    case auto
    /// The record that begins in this line (row of the sheet), 1-based; what stands above is skipped.
    case row(Int)
    /// No header: columns are named `column1`, `column2`, … after the first record.
    case none
  }

  /// Which sheet of a workbook is read.
  public enum Sheet: Sendable, Equatable {
    /// The first visible sheet with a header that is known.
    case auto
    /// The sheet of this name.
    case name(String)
    /// The n-th sheet of the workbook, 1-based, hidden ones counted.
    case index(Int)
    /// All visible sheets with a known header, one after the other.
    case allVisible
  }

  /// What becomes of objects inside a JSON Lines record; arrays are always kept as JSON text.
  public enum Nesting: String, Sendable {
    /// Their members become columns named by the dotted path.
    case flatten
    /// They are kept as JSON text.
    case text
  }

  /// Type of the file.
  public var type: FileType
  /// Charset of the file.
  public var charset: Charset
  /// Field separator of CSV.
  public var delimiter: Delimiter
  /// Place of the header.
  public var header: Header
  /// Sheet of a workbook.
  public var sheet: Sheet
  /// Treatment of objects inside JSON Lines records.
  public var nesting: Nesting
  /// What a file may ask for.
  public var limits: Limits

  /// A format in which all that is not given is detected.
  public init(
    type: FileType = .auto, charset: Charset = .auto, delimiter: Delimiter = .auto, header: Header = .auto,
    sheet: Sheet = .auto, nesting: Nesting = .flatten, limits: Limits = Limits()
  ) {
    self.type = type
    self.charset = charset
    self.delimiter = delimiter
    self.header = header
    self.sheet = sheet
    self.nesting = nesting
    self.limits = limits
  }
}

/// The charsets that files come in.
public enum Charset: String, Sendable, CaseIterable {
  /// By byte order mark, else by the first MiB.
  case auto
  /// UTF-8, with or without byte order mark.
  case utf8 = "utf-8"
  /// GB 18030.
  case gb18030
  /// GBK, read as its superset GB 18030.
  case gbk
  /// GB 2312, read as its superset GB 18030: files that call themselves so hold GBK characters in practice.
  case gb2312
  /// UTF-16, byte order by its mark, little-endian without one.
  case utf16 = "utf-16"
  /// UTF-16, little-endian.
  case utf16le = "utf-16le"
  /// UTF-16, big-endian.
  case utf16be = "utf-16be"

  /// The charset of a name as people write it (`UTF8`, `GB-18030`, `utf_16le`), nil for an unknown one.
  public init?(name: String) {
    let plain = String(name.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " })
    let found = Charset.allCases.first { $0.rawValue.filter { $0 != "-" } == plain }
    switch (found, plain) {
    case (let charset?, _): self = charset
    case (nil, "cp936"), (nil, "windows936"), (nil, "ansi"): self = .gbk
    case (nil, "unicode"): self = .utf16
    default: return nil
    }
  }
}

extension Charset {
  /// Bytes of this charset as text; what is no character becomes U+FFFD. - Complexity: O(length); meant for single rows.
  public func text(_ bytes: [UInt8]) -> String {
    switch self {
    case .auto, .utf8: return String(decoding: bytes, as: UTF8.self)
    case .gb18030, .gbk, .gb2312:
      let decoded = [UInt8](unsafeUninitializedCapacity: max(1, GB18030.maximumOutput(bytes.count))) { space, count in
        guard let output = space.baseAddress else { return }
        bytes.withUnsafeBufferPointer { input in
          if let base = input.baseAddress { count = GB18030.shared.decode(base, bytes.count, to: output).0 }
        }
      }
      return String(decoding: decoded, as: UTF8.self)
    case .utf16, .utf16le, .utf16be:
      let (high, low) = self == .utf16be ? (0, 1) : (1, 0)
      let units = stride(from: 0, to: bytes.count - 1, by: 2).map {
        UInt16(bytes[$0 + high]) << 8 | UInt16(bytes[$0 + low])
      }
      return String(decoding: units, as: UTF16.self) + (bytes.count % 2 == 0 ? "" : "\u{FFFD}")
    }
  }
}
