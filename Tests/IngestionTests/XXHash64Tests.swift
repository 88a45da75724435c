import Testing

@testable import Ingestion

@Suite struct XXHash64Tests {
  /// Expected values: the Python package xxhash 3.x, which wraps the reference implementation in C.
  @Test(
    arguments: [
      ([], 0, 0xEF46_DB37_51D8_E999), ([], 0x9E37_79B1, 0xAC75_FDA2_929B_17EF),
      (Array("a".utf8), 0, 0xD24E_C4F1_A98C_6E5B), (Array("abc".utf8), 0, 0x44BC_2CF5_AD77_0999),
      (Array("Nobody inspects the spammish repetition".utf8), 0, 0xFBCE_A83C_8A37_8BF1),
      (Array(0...100), 0, 0xE990_3849_5F85_381E), (Array(0...100), 7, 0xE878_E979_1DBC_64FA),
    ] as [([UInt8], UInt64, UInt64)])
  func agreesWithTheReference(bytes: [UInt8], seed: UInt64, expected: UInt64) {
    #expect(bytes.withUnsafeBytes { XXHash64.hash($0, seed: seed) } == expected)
  }

  @Test func readsAnyAlignment() {
    let bytes = Array("0123456789abcdef0123456789abcdef0123456789".utf8)
    let expected = bytes.withUnsafeBytes { XXHash64.hash($0) }
    for shift in 1..<8 {
      let moved = [UInt8](repeating: 0, count: shift) + bytes
      #expect(moved.withUnsafeBytes { XXHash64.hash(UnsafeRawBufferPointer(rebasing: $0[shift...])) } == expected)
    }
  }
}
