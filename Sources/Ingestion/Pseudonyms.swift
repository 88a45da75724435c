import CLibCrypto
import Foundation

/// Why no pseudonym can be made.
public struct PseudonymFault: Error, Sendable, CustomStringConvertible {
  /// What is wrong and what to do; never anything of the key.
  public let description: String
}

/// The key of the pseudonyms: HMAC-SHA-256 (RFC 2104, FIPS 198-1) over the identity number. It stays in memory and never reaches the database.
public struct PseudonymKey: Sendable {
  private let bytes: [UInt8]

  /// A key of at least 16 bytes.
  /// - Throws: ``PseudonymFault`` when it is shorter.
  public init(bytes: [UInt8]) throws {
    guard bytes.count >= 16 else {
      throw PseudonymFault(
        description: "the key of the pseudonyms is shorter than 16 bytes: make one with `openssl rand -hex 32`.")
    }
    self.bytes = bytes
  }

  /// Finds the key: in the environment variable where it is set, else in the file.
  /// - Parameters:
  ///   - variable: the name of the environment variable, or `nil`.
  ///   - file: the path of the file, or `nil`; it must be readable by its owner only.
  /// - Returns: `nil` where neither is set or there.
  /// - Throws: ``PseudonymFault`` when the file is open to others, cannot be read, or the key is too short.
  public static func find(
    variable: String?, file: String?, environment: [String: String]
  ) throws -> PseudonymKey? {
    if let variable, let value = environment[variable] {
      let trimmed = trimmed(Array(value.utf8))
      if !trimmed.isEmpty { return try PseudonymKey(bytes: trimmed) }
    }
    guard let file else { return nil }
    var status = stat()
    guard stat(file, &status) == 0 else { return nil }
    guard status.st_mode & 0o077 == 0 else {
      throw PseudonymFault(
        description: "the key file \(file) may be read by others than its owner: run `chmod 600 \(file)`.")
    }
    guard let data = FileManager.default.contents(atPath: file) else {
      throw PseudonymFault(description: "the key file \(file) cannot be read: check its owner and its permissions.")
    }
    return try PseudonymKey(bytes: trimmed(Array(data)))
  }

  /// Without white space and line ends around it: the same key from a file, from a variable, and from a copy of either.
  private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
    Array(bytes.drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed())
  }

  /// Makes a key of 32 random bytes in a new file that only its owner may read.
  /// - Throws: ``PseudonymFault`` when the file cannot be written.
  public static func make(file: String) throws -> PseudonymKey {
    let folder = (file as NSString).deletingLastPathComponent
    if !folder.isEmpty { try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
    var generator = SystemRandomNumberGenerator()
    let digits = Array("0123456789abcdef".utf8)
    let text = (0..<64).map { _ in digits[Int(generator.next(upperBound: UInt64(16)))] }
    let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw PseudonymFault(
        description:
          "the key of the pseudonyms cannot be made in \(file): check the folder, or name another in profile.yaml.")
    }
    defer { close(descriptor) }
    guard (text + [0x0A]).withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == text.count + 1 else {
      throw PseudonymFault(description: "the key of the pseudonyms cannot be written to \(file): check the space left.")
    }
    return try PseudonymKey(bytes: text)
  }

  /// What tells this key from another without telling the key: a keyed digest of a fixed text that is no identity number.
  public var checkValue: [UInt8] { pseudonym(of: "labourwatch: check of the pseudonym key") }

  /// The pseudonym of some bytes, written to 32 bytes of room.
  func pseudonym(of number: UnsafeRawBufferPointer, into room: UnsafeMutableRawPointer) {
    var length: UInt32 = 32
    bytes.withUnsafeBytes { key in
      _ = HMAC(
        EVP_sha256(), key.baseAddress, Int32(key.count), number.baseAddress?.assumingMemoryBound(to: UInt8.self),
        number.count, room.assumingMemoryBound(to: UInt8.self), &length)
    }
  }

  /// The pseudonym of an identity number, 32 bytes.
  public func pseudonym(of number: String) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: 32)
    var number = number
    number.withUTF8 { text in
      out.withUnsafeMutableBytes { room in
        if let base = room.baseAddress { pseudonym(of: UnsafeRawBufferPointer(text), into: base) }
      }
    }
    return out
  }
}
