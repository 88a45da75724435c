import Glibc

/// A fixed dictionary from the bytes of a word to the bytes of a code, for look-ups without a String.
///
/// Open addressing over XXH64 with linear probing at most half full; built once, then only read. The view is a trivial value that is valid as
/// long as its dictionary lives.
final class Spellings: @unchecked Sendable {
  // Immutable after init: safe to share.
  private let slots: UnsafeMutablePointer<Slot>
  private let capacity: Int
  private let arena: UnsafeMutableRawPointer
  /// Number of words.
  let count: Int
  /// The number of places that codes stand in.
  let size: Int

  struct Slot {
    var hash: UInt64 = 0
    var key: UInt32 = 0
    var keyCount: UInt32 = .max
    var value: UInt32 = 0
    var valueCount: UInt32 = 0
  }

  /// The dictionary's look-up, without reference counting.
  struct View {
    fileprivate let slots: UnsafePointer<Slot>
    fileprivate let mask: Int
    fileprivate let arena: UnsafeRawPointer

    /// The place of a found code: below ``Spellings/size``.
    @inline(__always)
    func place(of code: UnsafeRawBufferPointer) -> Int { code.baseAddress.map { $0 - arena } ?? 0 }

    /// The code of a word; `nil` where the word is not known. Complexity: O(length).
    @inline(__always)
    func find(_ word: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
      guard let base = word.baseAddress else { return nil }
      let hash = XXHash64.hash(of: base, word.count, 0)
      var at = Int(truncatingIfNeeded: hash) & mask
      while slots[at].keyCount != .max {
        let slot = slots[at]
        if slot.hash == hash, Int(slot.keyCount) == word.count, memcmp(arena + Int(slot.key), base, word.count) == 0 {
          return UnsafeRawBufferPointer(start: arena + Int(slot.value), count: Int(slot.valueCount))
        }
        at = (at &+ 1) & mask
      }
      return nil
    }
  }

  /// A dictionary of words to codes.
  init(_ words: [String: String]) {
    var capacity = 8
    while capacity < words.count * 2 { capacity *= 2 }
    self.capacity = capacity
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: Slot(), count: capacity)
    count = words.count
    size = words.reduce(1) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    arena = .allocate(byteCount: size, alignment: 1)
    var used = 0
    func store(_ text: String) -> (UInt32, UInt32) {
      var text = text
      let start = used
      text.withUTF8 { bytes in
        if let base = bytes.baseAddress { (arena + used).copyMemory(from: base, byteCount: bytes.count) }
        used += bytes.count
      }
      return (UInt32(start), UInt32(used - start))
    }
    for (word, code) in words.sorted(by: { $0.key < $1.key }) {
      var slot = Slot()
      (slot.key, slot.keyCount) = store(word)
      (slot.value, slot.valueCount) = store(code)
      slot.hash = XXHash64.hash(of: arena + Int(slot.key), Int(slot.keyCount), 0)
      var at = Int(truncatingIfNeeded: slot.hash) & (capacity - 1)
      while slots[at].keyCount != .max { at = (at + 1) & (capacity - 1) }
      slots[at] = slot
    }
  }

  deinit {
    slots.deallocate()
    arena.deallocate()
  }

  /// The look-up.
  var view: View { View(slots: slots, mask: capacity - 1, arena: arena) }

  /// The places of all codes; a code stands at a place of its own for each of its words.
  var places: [(place: Int, code: String)] {
    UnsafeBufferPointer(start: slots, count: capacity).filter { $0.keyCount != .max && $0.valueCount > 0 }.map { slot in
      let code = UnsafeRawBufferPointer(start: arena + Int(slot.value), count: Int(slot.valueCount))
      return (Int(slot.value), String(decoding: code, as: UTF8.self))
    }
  }

  /// Counts by code, from counts by place.
  func tally(_ counts: UnsafePointer<Int>) -> [String: Int] {
    var tally: [String: Int] = [:]
    for (place, code) in places where counts[place] > 0 { tally[code, default: 0] += counts[place] }
    return tally
  }

  /// The code of a word, for tests and messages.
  subscript(_ word: String) -> String? {
    var word = word
    return word.withUTF8 { view.find(UnsafeRawBufferPointer($0)).map { String(decoding: $0, as: UTF8.self) } }
  }
}
