import Testing

@testable import Ingestion

@Suite struct SHA256DigestTests {
  /// FIPS 180-4 examples ("abc", the empty message).
  @Test(arguments: [
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
  ])
  func equalsTheStandardsExamples(text: String, digest: String) {
    var running = SHA256Digest()
    for character in text { running.update(String(character)) }
    #expect(running.hex() == digest)
  }
}
