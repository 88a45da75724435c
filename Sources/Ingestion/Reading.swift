import Postgres

/// What a reading of a file asks of its records.
///
/// A file is read twice where its feed has a clock: first for key, moment and hash of every good row, which tell what is new; then for the rows
/// that are. The second reading skips all others without looking into them, so that unchanged rows cost next to nothing.
struct Reading {
  enum Kind {
    /// An entry of every good row for the comparison, and its key for the feed's staging table where the server is asked for its versions.
    case keys(EntrySpool, isStaged: Bool)
    /// Whole rows that the comparison found to be new for the feed's table of versions, and the keys of those that it notes.
    case versions(VersionComparison)
    /// All good rows as a whole, for staging.
    case whole
  }

  let kind: Kind
  private let frame: Frame

  /// The field that names the city.
  var city: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: frame.fields.bytes[..<frame.cityEnd]) }
  /// The last fields of a version: city, received_at, run_id, file_no.
  var receipt: UnsafeRawBufferPointer { frame.fields.bytes }

  /// A reading for a city.
  /// - Parameters:
  ///   - receivedAt: unix seconds.
  ///   - runID: the run in the ledger.
  ///   - fileNumber: the number of the file in the run.
  init(_ kind: Kind, city: String = "", receivedAt: Int = 0, runID: Int64 = 0, fileNumber: Int = 0) {
    self.kind = kind
    frame = Frame(city: city, receivedAt: receivedAt, runID: runID, fileNumber: fileNumber)
  }

  /// Fields that are the same in every row.
  private final class Frame {
    var fields = RowWriter(capacity: 256)
    let cityEnd: Int

    init(city: String, receivedAt: Int, runID: Int64, fileNumber: Int) {
      fields.text(city)
      cityEnd = fields.count
      fields.moment(receivedAt * 1_000_000)
      fields.int64(runID)
      fields.int32(Int32(truncatingIfNeeded: fileNumber))
    }
  }
}

/// A set of row numbers: a bit each.
struct RowSet {
  private var words: [UInt64] = []
  /// How many there are.
  private(set) var count = 0

  /// Enters a number that is not yet in it.
  mutating func insert(_ number: Int) {
    let word = number >> 6
    if word >= words.count { words += repeatElement(0, count: max(word + 1 - words.count, words.count)) }
    words[word] |= 1 << UInt64(number & 63)
    count += 1
  }

  /// Whether a number is in it.
  @inline(__always)
  func contains(_ number: Int) -> Bool {
    let word = number >> 6
    return word < words.count && words[word] & (1 << UInt64(number & 63)) != 0
  }
}

extension RowSet {
  /// The numbers in their order.
  var numbers: AnyIterator<Int> {
    var word = 0
    var rest = words.first ?? 0
    return AnyIterator {
      while rest == 0 {
        word += 1
        guard word < words.count else { return nil }
        rest = words[word]
      }
      defer { rest &= rest - 1 }
      return word << 6 + rest.trailingZeroBitCount
    }
  }
}

/// Records that are handed to a machine one by one; a source serves one reading.
protocol RecordSource: AnyObject {
  /// Gives the next record to the machine.
  /// - Returns: false when there is none.
  func next(_ machine: inout RowMachine) throws -> Bool
}
