import Glibc
import LabourMarket
import Tabular

/// What full exports and the comparison with stored versions need of a row's key.
extension RowMachine {
  /// Writes scope and record of a rejected row of a full export where its key can be read all the same, and enters it for the comparison.
  mutating func writeKey(_ reason: RejectionReason, _ record: borrowing Record) {
    out.count = 0
    var isReadable = program.description.fullExport != nil
    var i = 0
    while isReadable, i < stepCount, steps[i].isKey {
      isReadable = run(i, record)
      i += 1
    }
    // Cells of a row that slipped may stand in other columns: a number of a person must not pass for a key.
    let mayHaveSlipped = reason == .fieldCount || reason == .invalidEncoding
    if mayHaveSlipped, PersonNumbers.mayBeIn(out.bytes) { isReadable = false }
    let key = isReadable ? recordKey(RowReader(out.bytes)) : nil
    if let key { asides.text(key.scope) } else { asides.null() }
    if let key { asides.text(key.record) } else { asides.null() }
    if key != nil, case .keys(let spool, _) = reading.kind {
      let hashes = Entry.hashes(out.base, out.count)
      spool.append(Entry(.unread, key: hashes.0, hashes.1, moment: 0, content: 0, place: 0))
    }
  }

  /// Writes what the comparison noted of the row in `out`, for `staging_records`.
  @inline(never)
  mutating func note(_ note: VersionComparison.Note) {
    noteCount += 1
    guard let key = recordKey(RowReader(out.bytes)) else { return }
    asides.beginRow(6)
    asides.append(reading.city)
    asides.text(key.scope)
    asides.text(key.record)
    asides.text(note.isAhead ? "ahead" : "row")
    asides.moment(Int(steps[clockStep].value))
    if note.firstKnown == .max { asides.null() } else { asides.moment(note.firstKnown) }
  }

  /// Keeps the scope of the row in `out`: the first field of its key.
  @inline(__always)
  mutating func collectScope() {
    var reader = RowReader(out.bytes)
    guard let scope = reader.field(), !scope.elementsEqual(lastScope) else { return }
    lastScope = Array(scope)
    scopes.insert(String(decoding: scope, as: UTF8.self))
  }

  /// The key of the row in `out` as texts; `nil` where they are no valid ones.
  private func recordKey(_ reader: RowReader) -> (scope: String, record: String)? {
    var reader = reader
    guard let first = reader.field() else { return nil }
    guard program.schema.feed != .unemployment else {
      return reader.date().map {
        ("", first.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + " \($0)")
      }
    }
    guard let second = reader.field(), let scope = String(validating: first, as: UTF8.self),
      let record = String(validating: second, as: UTF8.self)
    else { return nil }
    return (scope, record)
  }
}
