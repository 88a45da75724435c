import Glibc

/// The columns of a JSON Lines file in order of first appearance, found by the bytes of their names.
struct JSONColumns {
  private(set) var names: [String] = []
  private var bytes: [[UInt8]] = []
  private var positions: [[UInt8]: Int] = [:]

  var count: Int { names.count }

  /// Position of a name; `guess` is tried first.
  @inline(__always)
  func position(_ start: UnsafePointer<UInt8>, _ length: Int, guess: Int) -> Int? {
    if guess < bytes.count, matches(guess, start, length) { return guess }
    return positions[Array(UnsafeBufferPointer(start: start, count: length))]
  }

  private func matches(_ i: Int, _ start: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    bytes[i].withUnsafeBufferPointer { name in
      guard name.count == length, let base = name.baseAddress else { return name.count == length }
      return memcmp(base, start, length) == 0
    }
  }

  mutating func add(_ start: UnsafePointer<UInt8>, _ length: Int) -> Int {
    let name = Array(UnsafeBufferPointer(start: start, count: length))
    positions[name] = names.count
    bytes.append(name)
    names.append(String(decoding: name, as: UTF8.self))
    return names.count - 1
  }

  /// Takes back the columns behind the first `count`.
  mutating func cut(to count: Int) {
    while names.count > count {
      positions[bytes.removeLast()] = nil
      names.removeLast()
    }
  }
}
