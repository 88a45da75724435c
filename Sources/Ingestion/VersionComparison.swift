/// Which of a file's rows are new, and what a full export does to the records that are known: found by comparing ``Entry`` values, 64 parts one after another.
///
/// Time grows with rows and stored versions (about 50 ns each); memory with the 64th part of both, and a bit for each row.
final class VersionComparison {
  /// What is known of the feed's full exports.
  struct Exports {
    /// The moment of the file at hand, if it is a full export; local microseconds.
    var moment: Int?
    /// The newest moment of another full export; `nil` where there is none.
    var newestOther: Int?
    /// Which scopes, by their number, the file is the whole of.
    var covers: (Int) -> Bool = { _ in true }
    /// Whether every row is to be noted, because absences are not among the entries.
    var notesAll = false
  }

  /// A row whose record matters to the derived versions.
  struct Note {
    let ordinal: Int
    /// `known_at` of the record's first stored version; `Int.max` where there is none.
    let firstKnown: Int
    /// Whether it is ahead of the moment of the full export at hand.
    let isAhead: Bool
  }

  /// The rows that are new versions.
  private(set) var fresh = RowSet()
  /// First versions of their key, newer ones than the newest known (stored, or before in the file), older ones.
  private(set) var inserted = 0, updated = 0, late = 0
  /// Rows to be noted, in the order of the file.
  private(set) var notes: [Note] = []
  /// The rows that are new or noted.
  private(set) var visited = RowSet()
  /// A stored version each of the records that the full export does not list, see ``Entry/Place``.
  private(set) var missing: [Int] = []
  /// Absences that the full export interrupts.
  private(set) var interrupted: [Int] = []

  private let exports: Exports?

  /// Compares.
  /// - Parameters:
  ///   - rows: the file's rows, in its order.
  ///   - stored: the versions, absences and listed records they are compared with.
  ///   - exports: `nil` where the feed has no full exports.
  init(_ rows: EntrySpool, with stored: EntrySpool, _ exports: Exports?) throws {
    self.exports = exports
    for part in 0..<EntrySpool.parts {
      let storedCount = stored.count(part)
      let count = storedCount + rows.count(part)
      guard count > 0 else { continue }
      let entries = UnsafeMutablePointer<Entry>.allocate(capacity: count)
      defer { entries.deallocate() }
      try stored.load(part, to: entries)
      try rows.load(part, to: entries + storedCount)
      let chains = Chains(entries, count)
      defer { chains.deallocate() }
      compare(chains, storedCount, count)
    }
    notes.sort { $0.ordinal < $1.ordinal }
    visited = fresh
    for note in notes where !visited.contains(note.ordinal) { visited.insert(note.ordinal) }
  }

  /// Whether derived versions may change.
  var touchesExports: Bool { !notes.isEmpty || !missing.isEmpty || !interrupted.isEmpty }

  private func compare(_ chains: Chains, _ storedCount: Int, _ count: Int) {
    for i in 0..<storedCount { chains.link(i) }
    for i in storedCount..<count {
      if chains.entries[i].kind == Entry.Kind.row.rawValue { take(i, chains) } else { chains.list(i) }
    }
    guard let moment = exports?.moment else { return }
    for i in 0..<storedCount where chains.entries[i].kind == Entry.Kind.listed.rawValue { chains.list(i) }
    for i in 0..<storedCount {
      let entry = chains.entries[i]
      guard exports?.covers(entry.scope) ?? false else { continue }
      if entry.kind == Entry.Kind.absence.rawValue {
        if entry.isListed, entry.moment <= moment, entry.content > moment { interrupted.append(entry.place) }
      } else if entry.kind == Entry.Kind.version.rawValue, !entry.isListed {
        if isNewlyMissing(i, chains, moment) { missing.append(entry.place) }
      }
    }
  }

  /// Takes a row: is it a version that neither is stored nor came before in the file?
  private func take(_ i: Int, _ chains: Chains) {
    let row = chains.entries[i]
    var isKnown = false
    var isAbsent = false
    var newest = Int.min
    var first = Int.max
    chains.each(like: row) { at in
      let entry = chains.entries[at]
      if entry.kind == Entry.Kind.absence.rawValue {
        isAbsent = true
      } else if entry.kind != Entry.Kind.listed.rawValue {
        if entry.moment > newest { newest = entry.moment }
        if entry.kind == Entry.Kind.version.rawValue, entry.moment < first { first = entry.moment }
        if entry.moment == row.moment, entry.content == row.content { isKnown = true }
      }
      chains.entries[at].list()
    }
    if !isKnown {
      fresh.insert(row.place)
      if newest == .min { inserted += 1 } else if row.moment >= newest { updated += 1 } else { late += 1 }
      chains.link(i)
    }
    guard let exports else { return }
    let isAhead = exports.moment.map { row.moment > $0 } ?? false
    let isEarlier = exports.newestOther.map { row.moment <= $0 && row.moment < first } ?? false
    if exports.notesAll || isAhead || (!isKnown && (isAbsent || isEarlier)) {
      notes.append(Note(ordinal: row.place, firstKnown: first, isAhead: isAhead))
    }
  }

  /// Whether a record that the full export does not list was known by then and is not absent already; or is, but had a version since its absence began, which
  /// may close here. Each record is looked at once.
  private func isNewlyMissing(_ i: Int, _ chains: Chains, _ moment: Int) -> Bool {
    let record = chains.entries[i]
    var first = Int.max
    var absentFrom: Int?
    chains.each(like: record) { at in
      let entry = chains.entries[at]
      if entry.kind == Entry.Kind.version.rawValue { first = min(first, entry.moment) }
      if entry.kind == Entry.Kind.absence.rawValue, entry.moment <= moment, entry.content > moment {
        absentFrom = entry.moment
      }
    }
    var hasVersionSince = false
    chains.each(like: record) { at in
      let entry = chains.entries[at]
      guard entry.kind == Entry.Kind.version.rawValue else { return }
      if let absentFrom, entry.moment >= absentFrom, entry.moment < moment { hasVersionSince = true }
      // Listed in the sense of looked at; the record's absences stay as they are.
      chains.entries[at].list()
    }
    return first <= moment && (absentFrom == nil || hasVersionSince)
  }

  /// Entries in chains of keys that hash alike.
  private struct Chains {
    let entries: UnsafeMutablePointer<Entry>
    private let heads: UnsafeMutablePointer<Int32>
    private let nexts: UnsafeMutablePointer<Int32>
    private let mask: UInt64

    init(_ entries: UnsafeMutablePointer<Entry>, _ count: Int) {
      self.entries = entries
      var size = 16
      while size < count * 2 { size *= 2 }
      heads = .allocate(capacity: size)
      heads.initialize(repeating: -1, count: size)
      nexts = .allocate(capacity: count)
      mask = UInt64(size - 1)
    }

    func deallocate() {
      heads.deallocate()
      nexts.deallocate()
    }

    /// Calls for each entry linked so far that has an entry's key.
    @inline(__always)
    func each(like entry: Entry, _ body: (Int) -> Void) {
      var at = Int(heads[Int(entry.key & mask)])
      while at >= 0 {
        if entries[at].key == entry.key, entries[at].key2 == entry.key2 { body(at) }
        at = Int(nexts[at])
      }
    }

    @inline(__always)
    func link(_ i: Int) {
      let slot = Int(entries[i].key & mask)
      nexts[i] = heads[slot]
      heads[slot] = Int32(truncatingIfNeeded: i)
    }

    /// Marks all entries with an entry's key as listed by the file.
    func list(_ i: Int) { each(like: entries[i]) { entries[$0].list() } }
  }
}
