import TestSupport
import Testing

@testable import Ingestion

/// The comparison of entries against a model in dictionaries, over parts that stay in memory and parts that go to the temporary file.
@Suite struct VersionComparisonTests {
  private struct Version: Hashable {
    let key: Int, moment: Int, content: Int
  }

  private static func entry(_ kind: Entry.Kind, _ version: Version, place: Int) -> Entry {
    let hashes = withUnsafeBytes(of: version.key) { Entry.hashes($0.baseAddress, $0.count) }
    return Entry(
      kind, key: hashes.0, hashes.1, moment: version.moment, content: version.content, place: place,
      scope: version.key % 3)
  }

  private static func draw(_ keys: Int, _ random: inout SeededGenerator) -> Version {
    Version(
      key: Int.random(in: 0..<keys, using: &random), moment: Int.random(in: 1...9, using: &random),
      content: Int.random(in: 0...1, using: &random))
  }

  @Test(arguments: [(1, 40, 60), (2, 400, 300), (3, 90_000, 250_000)] as [(UInt64, Int, Int)])
  func findsWhatIsNewAndWhatIsMissing(seed: UInt64, keys: Int, count: Int) throws {
    var random = SeededGenerator(seed: seed)
    let (stored, rows) = (EntrySpool(), EntrySpool())
    var versions: Set<Version> = []
    for _ in 0..<count { versions.insert(Self.draw(keys, &random)) }
    let order = versions.sorted { ($0.key, $0.moment, $0.content) < ($1.key, $1.moment, $1.content) }
    for (place, version) in order.enumerated() { stored.append(Self.entry(.version, version, place: place)) }
    var newest = Dictionary(order.map { ($0.key, $0.moment) }, uniquingKeysWith: max)
    let first = Dictionary(order.map { ($0.key, $0.moment) }, uniquingKeysWith: min)
    var known = versions
    var expected = (fresh: [Int](), inserted: 0, updated: 0, late: 0, notes: [Int]())
    var listed: Set<Int> = []
    for number in 0..<count {
      let row = Self.draw(keys + keys / 4, &random)
      listed.insert(row.key)
      rows.append(Self.entry(.row, row, place: number))
      let isNew = known.insert(row).inserted
      if isNew {
        expected.fresh.append(number)
        if let before = newest[row.key] {
          if row.moment >= before { expected.updated += 1 } else { expected.late += 1 }
        } else {
          expected.inserted += 1
        }
        newest[row.key] = max(newest[row.key] ?? .min, row.moment)
      }
      let isEarlier = row.moment <= 4 && row.moment < first[row.key] ?? .max
      if row.moment > 6 || (isNew && isEarlier) { expected.notes.append(number) }
    }
    // A rejected row lists its record too.
    let spared = Int.random(in: 0..<keys, using: &random)
    rows.append(Self.entry(.unread, Version(key: spared, moment: 0, content: 0), place: 0))
    listed.insert(spared)

    var exports = VersionComparison.Exports(moment: 6, newestOther: 4)
    exports.covers = { $0 != 2 }
    let found = try VersionComparison(rows, with: stored, exports)
    #expect(Array(found.fresh.numbers) == expected.fresh)
    #expect([found.inserted, found.updated, found.late] == [expected.inserted, expected.updated, expected.late])
    #expect(found.notes.map(\.ordinal) == expected.notes)
    #expect(found.notes.allSatisfy { $0.isAhead || $0.firstKnown > 0 })
    let missing = Set(found.missing.map { order[$0].key })
    #expect(missing.count == found.missing.count, "each record once")
    #expect(missing == Set(first.filter { $0.value <= 6 && $0.key % 3 != 2 }.keys).subtracting(listed))
    #expect(found.interrupted.isEmpty)
  }

  @Test func absencesAreInterruptedWhereTheRecordIsListed() throws {
    let (stored, rows) = (EntrySpool(), EntrySpool())
    for key in 0..<4 {
      stored.append(Self.entry(.version, Version(key: key, moment: 1, content: 0), place: key))
      // Absent from moment 3 on, until 8.
      stored.append(Self.entry(.absence, Version(key: key, moment: 3, content: 8), place: 100 + key))
    }
    // Record 3 had a version since it became absent: its next one may have to be closed.
    stored.append(Self.entry(.version, Version(key: 3, moment: 4, content: 0), place: 7))
    rows.append(Self.entry(.row, Version(key: 0, moment: 1, content: 0), place: 0))
    rows.append(Self.entry(.unread, Version(key: 1, moment: 0, content: 0), place: 1))
    let found = try VersionComparison(rows, with: stored, .init(moment: 5))
    #expect(found.fresh.count == 0)
    #expect(found.interrupted.sorted() == [100, 101])
    #expect(found.missing.count == 1 && [3, 7].contains(found.missing[0]), "record 2 is absent already")
    let later = try VersionComparison(rows, with: stored, .init(moment: 9))
    #expect(later.interrupted.isEmpty && later.missing.count == 2)
  }
}
