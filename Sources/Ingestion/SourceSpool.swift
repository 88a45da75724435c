import Foundation
import Tabular

/// Rows that were pulled, page by page, in a file that only its owner may read, until they are taken as one file.
///
/// Beside the rows (`NAME.jsonl`) stands a journal (`NAME.journal`): a line for the pull, then a line for each complete page with its
/// length, its SHA-256 and where the next page is. A page is flushed to disk before its line is, so a pull that was killed or cut off goes on
/// behind the last line whose page is there whole; what stands behind it in the file is thrown away.
final class SourceSpool {
  /// What the journal says of a pull.
  struct State: Equatable {
    /// SHA-256 of the description and of what was asked for.
    var digest = ""
    /// The run's clock when the pull began, unix seconds.
    var started = 0
    var pages = 0
    var rows = 0
    var bytes = 0
    /// Where the next page is; `nil` for the first one.
    var next: String?
    var isComplete = false
    /// The greatest mark of the rows.
    var mark: Int?
    /// Rows that had no value of the watermark's column.
    var unmarked = 0
    /// SHA-256 of the last page, for finding a server that gives one page for ever.
    var lastPage = ""
    var etag: String?
    var modified: String?
  }

  /// The file of the rows.
  let path: String
  private let journal: String
  private(set) var state = State()
  private var rowsFile: Int32 = -1
  private var journalFile: Int32 = -1

  /// The spool of a feed in a folder, which is made where there is none.
  init(folder: String, name: String) throws {
    path = "\(folder)/\(name).jsonl"
    journal = "\(folder)/\(name).journal"
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw SourceFault("the folder of spooled pulls \(folder) cannot be made: check who may write there.")
    }
  }

  deinit { closeFiles() }

  private func closeFiles() {
    if rowsFile >= 0 { close(rowsFile) }
    if journalFile >= 0 { close(journalFile) }
    (rowsFile, journalFile) = (-1, -1)
  }

  /// Takes up what an earlier pull left, where its description is still the same.
  /// - Returns: whether there is something to go on with.
  func resume(digest: String, notBefore: Int) throws -> Bool {
    guard let found = Self.read(journal), found.digest == digest, found.started >= notBefore,
      found.pages > 0, let whole = Self.check(path, found.ledger)
    else {
      discard()
      return false
    }
    state = whole
    state.digest = found.digest
    state.started = found.started
    try open(truncating: false)
    guard ftruncate(rowsFile, state.bytes) == 0 else { throw failure(path) }
    lseek(rowsFile, 0, SEEK_END)
    // The journal keeps only what was checked.
    guard ftruncate(journalFile, found.length(state.pages)) == 0 else { throw failure(journal) }
    lseek(journalFile, 0, SEEK_END)
    return true
  }

  /// Begins a pull anew.
  func begin(digest: String, started: Int) throws {
    discard()
    try open(truncating: true)
    state = State(digest: digest, started: started)
    try write(
      JSONValue.object([.init("digest", .string(digest)), .init("started", .int(started))]).encoded() + [0x0A],
      journalFile,
      journal)
  }

  /// Adds a complete page, already as JSON Lines.
  func append(_ page: SourcePage) throws {
    try write(page.lines, rowsFile, path)
    guard fdatasync(rowsFile) == 0 else { throw failure(path) }
    state.add(page)
    try write(state.line(page).encoded() + [0x0A], journalFile, journal)
    guard fdatasync(journalFile) == 0 else { throw failure(journal) }
  }

  /// Takes the spool away.
  func discard() {
    closeFiles()
    unlink(path)
    unlink(journal)
    state = State()
  }

  /// Puts the rows aside for a look at them, and takes the journal away.
  /// - Returns: the new path.
  func setAside() -> String {
    closeFiles()
    let aside = String(path.dropLast(".jsonl".count)) + ".refused.jsonl"
    rename(path, aside)
    unlink(journal)
    return aside
  }

  // MARK: Files

  private func open(truncating: Bool) throws {
    let flags = O_RDWR | O_CREAT | O_CLOEXEC | (truncating ? O_TRUNC : 0)
    rowsFile = Foundation.open(path, flags, 0o600)
    journalFile = Foundation.open(journal, flags, 0o600)
    guard rowsFile >= 0, journalFile >= 0 else { throw failure(rowsFile < 0 ? path : journal) }
  }

  private func write(_ bytes: [UInt8], _ file: Int32, _ name: String) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { Foundation.write(file, $0.baseAddress.map { $0 + done }, bytes.count - done) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(name) }
      done += count
    }
  }

  private func failure(_ name: String) -> SourceFault {
    SourceFault(
      "\(name) cannot be written: \(String(cString: strerror(errno))). Look for space on the disk, then run again.")
  }

  // MARK: The journal

  /// The journal as it stands on disk.
  private struct Found {
    var digest = ""
    var started = 0
    /// One entry a page, and where its line ends.
    var ledger: [(page: JSONValue, end: Int)] = []
    var header = 0
    var pages: Int { ledger.count }
    func length(_ pages: Int) -> Int { pages == 0 ? header : ledger[pages - 1].end }
  }

  private static func read(_ journal: String) -> Found? {
    guard let data = FileManager.default.contents(atPath: journal) else { return nil }
    var found = Found()
    var end = 0
    // A line without its end was cut off.
    for line in data.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
      end += line.count + 1
      guard let value = try? JSONValue.parse(Array(line)) else { break }
      if found.header == 0 {
        guard let digest = value["digest"]?.text, let started = value["started"]?.intValue else { return nil }
        (found.digest, found.started, found.header) = (digest, started, end)
      } else {
        found.ledger.append((value, end))
      }
    }
    return found.header > 0 ? found : nil
  }

  /// The state after the last page whose bytes are all there; `nil` where there is none.
  private static func check(_ path: String, _ ledger: [(page: JSONValue, end: Int)]) -> State? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    var state = State()
    for (entry, _) in ledger {
      guard let count = entry["bytes"]?.intValue, let sha = entry["sha256"]?.text, let rows = entry["rows"]?.intValue
      else { break }
      let bytes = count == 0 ? [] : (try? file.read(upToCount: count)).flatMap { $0.map(Array.init) } ?? []
      guard bytes.count == count, SourcePage.digest(bytes) == sha else { break }
      state.pages += 1
      state.rows += rows
      state.bytes += count
      state.next = entry["next"]?.text
      state.isComplete = entry["next"] == .null
      state.mark = entry["mark"]?.intValue
      state.unmarked = entry["unmarked"]?.intValue ?? 0
      state.lastPage = sha
      state.etag = state.etag ?? entry["etag"]?.text
      state.modified = state.modified ?? entry["modified"]?.text
    }
    return state.pages > 0 ? state : nil
  }
}

/// A page of rows as JSON Lines.
struct SourcePage {
  var lines: [UInt8] = []
  var rows = 0
  /// Where the next page is; `nil` when this was the last one.
  var next: String?
  /// The greatest mark of its rows.
  var mark: Int?
  /// Rows without a mark.
  var unmarked = 0
  /// Rows of the whole list, where the source says so.
  var total: Int?
  var etag: String?
  var modified: String?

  static func digest(_ bytes: [UInt8]) -> String {
    var digest = SHA256Digest()
    bytes.withUnsafeBytes { digest.update($0) }
    return digest.hex()
  }
}

extension SourceSpool.State {
  fileprivate mutating func add(_ page: SourcePage) {
    pages += 1
    rows += page.rows
    bytes += page.lines.count
    next = page.next
    isComplete = page.next == nil
    mark = [mark, page.mark].compactMap { $0 }.max()
    unmarked += page.unmarked
    lastPage = SourcePage.digest(page.lines)
    // Of the first page: that is the one that is asked for conditionally.
    etag = etag ?? page.etag
    modified = modified ?? page.modified
  }

  fileprivate func line(_ page: SourcePage) -> JSONValue {
    func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    return .object([
      .init("bytes", .int(page.lines.count)), .init("rows", .int(page.rows)), .init("sha256", .string(lastPage)),
      .init("next", text(next)), .init("mark", mark.map { .int($0) } ?? .null), .init("unmarked", .int(unmarked)),
      .init("etag", text(page.etag)), .init("modified", text(page.modified)),
    ])
  }
}
