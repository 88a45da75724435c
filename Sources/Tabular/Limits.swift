/// How much a file may ask for before it is refused or its record is flagged.
public struct Limits: Sendable, Equatable {
  /// Longest field in bytes; a longer one flags its record. Default 16 MiB.
  public var fieldBytes: Int
  /// Longest record in bytes; a longer one is flagged. Default 64 MiB.
  public var recordBytes: Int
  /// Most fields of a record; more flag the record, in a header they refuse the file. Default 4096.
  public var columns: Int
  /// Most times that further keys of JSON may bring new columns after the first 100 rows; a file whose keys are data would bring some with every
  /// row. Default 256.
  public var lateColumns: Int
  /// Most bytes that all parts of a workbook may unpack to. Default 2 GiB.
  public var workbookBytes: Int
  /// Most bytes that a gzip stream may unpack to. Default 64 GiB.
  public var gzipBytes: Int
  /// Largest ratio of unpacked to packed bytes, looked at from 64 MiB unpacked on. Default 400.
  public var compressionRatio: Int
  /// Most bytes of text that a workbook's shared strings may take in memory. Default 128 MiB.
  public var sharedStringBytes: Int
  /// Deepest nesting of JSON and XML. Default 64.
  public var depth: Int

  /// Limits with the defaults that the properties name.
  public init(
    fieldBytes: Int = 16 << 20, recordBytes: Int = 64 << 20, columns: Int = 4096, lateColumns: Int = 256,
    workbookBytes: Int = 2 << 30,
    gzipBytes: Int = 64 << 30, compressionRatio: Int = 400, sharedStringBytes: Int = 128 << 20, depth: Int = 64
  ) {
    self.fieldBytes = fieldBytes
    self.recordBytes = recordBytes
    self.columns = columns
    self.lateColumns = lateColumns
    self.workbookBytes = workbookBytes
    self.gzipBytes = gzipBytes
    self.compressionRatio = compressionRatio
    self.sharedStringBytes = sharedStringBytes
    self.depth = depth
  }

  /// Bytes of an overlong record that are kept as its raw text.
  static let keptOfOverlong = 64 << 10
  /// Longest array of rows in JSON, which is held as a whole: 32 MiB.
  static let arrayBytes = 32 << 20
  /// Longest name of a column in bytes. A longer key of JSON flags its row; a longer header of a table is no column that anybody looks for.
  public static let columnName = 1024
  /// Unpacked bytes below which the compression ratio is not looked at.
  static let ratioFloor = 64 << 20
}
