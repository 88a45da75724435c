import Foundation
import Glibc

/// What a comparison knows of one row, stored version or absence: 40 bytes, whatever the row holds.
struct Entry {
  /// What an entry stands for.
  enum Kind: UInt64 {
    /// A version that a file brought, and one that was derived from full exports.
    case version, derived
    /// A run of full exports that do not list a record.
    case absence
    /// A record that an earlier reading of the full export at hand listed in a rejected row.
    case listed
    /// A good row of the file, and a rejected one whose key can be read.
    case row, unread
  }

  /// 128 bits of the key's hash: among ten million keys two are alike with a probability below 10^-24.
  let key: UInt64
  let key2: UInt64
  /// `known_at` of a row or version, `absent_from` of an absence; local microseconds since 1970.
  let moment: Int
  /// The content's hash; `absent_until` of an absence.
  let content: Int
  /// From the low bits on: kind (3 bits), whether the file lists it (1), scope (16), number or place (44).
  private(set) var tag: UInt64

  /// - Parameters:
  ///   - place: the number of a row in its file, or the place of a stored row, see ``Place``.
  ///   - scope: the number of the record's scope among those met.
  @inline(__always)
  init(_ kind: Kind, key: UInt64, _ key2: UInt64, moment: Int, content: Int, place: Int, scope: Int = 0) {
    self.key = key
    self.key2 = key2
    self.moment = moment
    self.content = content
    tag = kind.rawValue | UInt64(scope) << 4 | UInt64(place) << 20
  }

  @inline(__always) var kind: UInt64 { tag & 7 }
  @inline(__always) var isListed: Bool { tag & 8 != 0 }
  @inline(__always) var scope: Int { Int(tag >> 4 & 0xFFFF) }
  @inline(__always) var place: Int { Int(tag >> 20) }
  @inline(__always) mutating func list() { tag |= 8 }

  /// The hashes of a key from its fields in the form of COPY.
  /// - Parameter moment: the clock where it is part of the key, else 0.
  @inline(__always)
  static func hashes(_ base: UnsafeRawPointer?, _ count: Int, moment: Int = 0) -> (UInt64, UInt64) {
    let clock = UInt64(bitPattern: Int64(moment))
    return (XXHash64.hash(of: base, count, 1 &+ clock), XXHash64.hash(of: base, count, 2 &+ clock))
  }

  /// Where a row of the server stands: block and number within it, of `ctid`.
  enum Place {
    static func pack(block: UInt32, number: UInt16) -> Int { Int(block) << 12 | Int(number) }
    /// As the server writes it.
    static func text(_ place: Int) -> String { "(\(place >> 12),\(place & 0xFFF))" }
  }
}

/// Entries by the hash of their key, in parts that are worked on one at a time. What does not fit into blocks of 64 KiB goes to a temporary file without
/// a name; so memory does not grow with the number of entries (up to 4 MiB, and a part when it is loaded), and a killed program leaves nothing behind.
final class EntrySpool {
  static let parts = 64
  private static let blockEntries = (64 << 10) / MemoryLayout<Entry>.stride

  private let blocks: UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>
  private let used: UnsafeMutablePointer<Int>
  private let room: UnsafeMutablePointer<Int>
  /// Blocks in the file by part, and where each begins.
  private var written = [[Int]](repeating: [], count: parts)
  private var descriptor: Int32 = -1
  private var size = 0
  /// Why the file could not be written; then entries are lost, and whoever appended must look.
  private var failure: Int32 = 0

  init() {
    blocks = .allocate(capacity: Self.parts)
    used = .allocate(capacity: Self.parts)
    room = .allocate(capacity: Self.parts)
    blocks.initialize(repeating: nil, count: Self.parts)
    used.initialize(repeating: 0, count: Self.parts)
    room.initialize(repeating: 0, count: Self.parts)
  }

  deinit {
    for part in 0..<Self.parts { blocks[part]?.deallocate() }
    blocks.deallocate()
    used.deallocate()
    room.deallocate()
    if descriptor >= 0 { close(descriptor) }
  }

  /// Appends an entry; those of a part keep their order.
  @inline(__always)
  func append(_ entry: Entry) {
    let part = Int(entry.key >> 58)
    if used[part] == room[part] { makeRoom(part) }
    blocks[part]?[used[part]] = entry
    used[part] &+= 1
  }

  @inline(never)
  private func makeRoom(_ part: Int) {
    if room[part] == Self.blockEntries { return write(part) }
    let larger = min(Self.blockEntries, max(16, room[part] * 4))
    let block = UnsafeMutablePointer<Entry>.allocate(capacity: larger)
    if let old = blocks[part] {
      block.moveInitialize(from: old, count: used[part])
      old.deallocate()
    }
    blocks[part] = block
    room[part] = larger
  }

  private func write(_ part: Int) {
    let bytes = used[part] * MemoryLayout<Entry>.stride
    used[part] = 0
    if descriptor < 0, failure == 0 { descriptor = Self.open() }
    guard let block = blocks[part], descriptor >= 0, failure == 0 else {
      failure = failure == 0 ? errno : failure
      return
    }
    var done = 0
    while done < bytes {
      let count = pwrite(descriptor, UnsafeRawPointer(block) + done, bytes - done, off_t(size + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        failure = errno
        return
      }
      done += count
    }
    written[part].append(size)
    size += bytes
  }

  private static var folder: String { FileManager.default.temporaryDirectory.path }

  /// A file without a name.
  private static func open() -> Int32 {
    var path = Array("\(folder)/labourwatch-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    guard descriptor >= 0 else { return descriptor }
    unlink(path)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }

  /// Looks whether every entry was kept.
  /// - Throws: ``FileIngest/Refusal`` when the temporary file could not be written or read.
  func check() throws {
    guard failure != 0 else { return }
    throw FileIngest.Refusal(
      message: """
        its comparison with the stored records needs a temporary file in \(Self.folder), which cannot be written (\(String(cString: strerror(failure)))): \
        make room there, or name another folder in TMPDIR, and run again.
        """)
  }

  /// How many entries a part has.
  func count(_ part: Int) -> Int { written[part].count * Self.blockEntries + used[part] }

  /// Copies the entries of a part in their order to a place with room for all.
  func load(_ part: Int, to target: UnsafeMutablePointer<Entry>) throws {
    try check()
    var at = target
    for offset in written[part] {
      var done = 0
      let bytes = Self.blockEntries * MemoryLayout<Entry>.stride
      while done < bytes {
        let count = pread(descriptor, UnsafeMutableRawPointer(at) + done, bytes - done, off_t(offset + done))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          failure = count < 0 ? errno : EIO
          return try check()
        }
        done += count
      }
      at += Self.blockEntries
    }
    if let block = blocks[part] { at.update(from: block, count: used[part]) }
  }
}
