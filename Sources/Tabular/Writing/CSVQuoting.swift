import Glibc

/// The quotes of CSV fields.
enum CSVQuoting {
  /// True when a field must be quoted: it holds the delimiter, a quote or a line end.
  @inline(__always)
  static func needsQuotes(_ field: UnsafeRawBufferPointer, delimiter: UInt8) -> Bool {
    for byte in field where byte == delimiter || byte == 0x22 || byte == 0x0A || byte == 0x0D { return true }
    return false
  }

  /// Appends a field in quotes, its own quotes doubled.
  static func appendQuoted(_ field: UnsafeRawBufferPointer, to arena: inout Arena) {
    arena.append(0x22)
    for byte in field {
      if byte == 0x22 { arena.append(0x22) }
      arena.append(byte)
    }
    arena.append(0x22)
  }
}
