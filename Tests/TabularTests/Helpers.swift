import Glibc
import Testing

@testable import Tabular

/// SplitMix64 (Steele, Lea, Flood 2014): a small seeded generator whose seed is printed with every failure.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A record copied out of its reader.
struct Row: Equatable {
  var line: Int
  var fields: [String]
  var raw: [UInt8]
  var offset: Int
  var bytes: Int
  var isValid: Bool
  var defect: RecordDefect?

  init(_ record: Record) {
    line = record.line
    fields = (0..<record.count).map { record.string($0) }
    raw = Array(record.raw)
    offset = record.byteOffset
    bytes = record.byteCount
    isValid = record.isValidEncoding
    defect = record.defect
  }
}

func rows(of reader: any RecordReader) throws -> [Row] {
  var record = Record()
  var rows: [Row] = []
  while try reader.next(&record) { rows.append(Row(record)) }
  return rows
}

/// Opens bytes as a table without header, with chunks and a window as small as wanted.
func table(
  _ bytes: [UInt8], format: FileFormat = FileFormat(header: .none), chunk: Int = .max, window: Int = 4096,
  isHeader: ((String) -> Bool)? = nil
) throws -> TableFile {
  try TableFile(
    source: MemorySource(bytes, chunk: chunk), path: nil, name: "test", size: bytes.count, format: format,
    isHeader: isHeader, windowBytes: window)
}

func fields(_ text: String, format: FileFormat = FileFormat(header: .none)) throws -> [[String]] {
  try rows(of: table(Array(text.utf8), format: format)).map(\.fields)
}

/// A CSV reader on a window of any size, so that every boundary falls everywhere.
func csvRows(
  _ bytes: [UInt8], encoding: Encoding = .utf8, delimiter: UInt8 = UInt8(ascii: ","), returns: Bool = false,
  chunk: Int = .max, window: Int = 64, limits: Limits = Limits()
) throws -> (rows: [Row], reader: CSVReader) {
  let reader = CSVReader(
    window: Window(MemorySource(bytes, chunk: chunk), capacity: window), encoding: encoding, delimiter: delimiter,
    returnEndsLine: returns, limits: limits)
  return (try rows(of: reader), reader)
}

/// Number of fuzz inputs: `LABOURWATCH_FUZZ`, else the default given.
func fuzzCount(_ standard: Int) -> Int {
  getenv("LABOURWATCH_FUZZ").flatMap { Int(String(cString: $0)) } ?? standard
}

/// A folder of its own for a test's files.
func scratchFolder() throws -> String {
  var template = Array("/tmp/tabular-test-XXXXXX".utf8CString)
  let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.map { mkdtemp($0) != nil } ?? false }
  #expect(made)
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

func write(_ bytes: [UInt8], to path: String) throws {
  let file = try #require(fopen(path, "wb"))
  defer { fclose(file) }
  #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
}
