/// Why a file could not be read or written as a table: what is wrong, where, and what to do next.
public struct TableError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The kinds of failure, stable enough to be stored and compared.
  public enum Kind: String, Sendable {
    /// The file is missing or the operating system refused to read or write it.
    case io
    /// A gzip stream ends before its last member does.
    case gzipTruncated = "gzip_truncated"
    /// A gzip stream's content or check sum is wrong.
    case gzipCorrupt = "gzip_corrupt"
    /// Bytes that are no gzip member follow the last one.
    case gzipTrailingGarbage = "gzip_trailing_garbage"
    /// Unpacked size or compression ratio is above the limit.
    case unpackedTooLarge = "unpacked_too_large"
    /// The type of the file is not one that is read here.
    case unsupportedType = "unsupported_type"
    /// None of the first rows is a header.
    case headerNotFound = "header_not_found"
    /// The header has more columns than the limit.
    case tooManyColumns = "too_many_columns"
    /// The workbook is no valid package of XML parts.
    case workbookCorrupt = "workbook_corrupt"
    /// The workbook has no sheet of that name or number.
    case sheetNotFound = "sheet_not_found"
    /// The workbook's XML declares a document type, which no spreadsheet program does.
    case forbiddenXML = "forbidden_xml"
    /// A text is no valid JSON.
    case invalidJSON = "invalid_json"
    /// A text cannot be written in the charset.
    case unencodable
  }

  /// What kind of failure it is.
  public var kind: Kind
  /// Name of the file, as it was given.
  public var file: String
  /// Line (or row of the sheet) where it was found, when one is known; 1-based.
  public var line: Int?
  /// One sentence that says what is wrong.
  public var sentence: String
  /// One sentence that says what to do next.
  public var nextStep: String

  /// An error with all its parts.
  public init(_ kind: Kind, file: String, line: Int? = nil, _ sentence: String, nextStep: String) {
    self.kind = kind
    self.file = file
    self.line = line
    self.sentence = sentence
    self.nextStep = nextStep
  }

  /// File, line, sentence and next step in one line.
  public var description: String {
    let place = line.map { "\(file), line \($0)" } ?? file
    return "\(place): \(sentence) \(nextStep)"
  }
}
