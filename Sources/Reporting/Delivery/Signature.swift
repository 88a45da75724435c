import CLibCrypto

/// Signatures of messages.
enum Signature {
  /// HMAC-SHA-256 (RFC 2104, FIPS 198-1) of some bytes under a key: 32 bytes.
  static func hmacSHA256(key: String, _ bytes: [UInt8]) -> [UInt8] {
    let key = Array(key.utf8)
    var out = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 32
    _ = HMAC(EVP_sha256(), key, Int32(key.count), bytes, bytes.count, &out, &length)
    return out
  }

  /// Bytes in hexadecimal.
  static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
