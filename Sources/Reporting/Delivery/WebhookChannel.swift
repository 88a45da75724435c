import Foundation
import Transfer

/// Any web server that takes JSON by POST.
///
/// `Idempotency-Key` is the message's id: a receiver that remembers it takes a message once, however often it is sent. Where there is a key,
/// `X-Labourwatch-Signature` is `sha256=` and the HMAC-SHA-256 (hexadecimal) of `X-Labourwatch-Timestamp`, a dot and the body.
final class WebhookChannel: DeliveryChannel {
  private let client: HTTPClient
  private let address: WebAddress
  private let secret: String?
  private let now: () -> Double

  /// - Parameter now: the real clock (unix seconds), which the signature holds.
  init(
    _ address: WebAddress, secret: String?, options: TransferOptions,
    now: @escaping () -> Double = { Date().timeIntervalSince1970 }
  ) throws(TransferError) {
    self.now = now
    self.address = address
    self.secret = secret
    client = try HTTPClient(options: options)
  }

  func send(_ message: OutgoingMessage) throws(TransferError) -> String {
    let body = Self.body(message)
    var headers: HTTPHeaders = ["Content-Type": "application/json; charset=utf-8", "Idempotency-Key": message.id]
    if let secret {
      let stamp = String(Int(now()))
      headers.add("X-Labourwatch-Timestamp", stamp)
      headers.add(
        "X-Labourwatch-Signature",
        "sha256=" + Signature.hex(Signature.hmacSHA256(key: secret, Array((stamp + ".").utf8) + body)))
    }
    let answer = try client.send(
      HTTPRequest(
        .post, address, headers: headers, body: body, secrets: Secrets([address.text] + (secret.map { [$0] } ?? []))))
    try answer.requireSuccess()
    return "\(address) answers \(answer.status)"
  }

  private struct Content: Encodable {
    var id: String, city: String, team: String, night: String, level: String, subject: String, text: String
  }

  /// The body, its keys sorted.
  static func body(_ message: OutgoingMessage) -> [UInt8] {
    JSONText.bytes(
      Content(
        id: message.id, city: message.city, team: message.team, night: message.night.description, level: message.level,
        subject: message.subject, text: message.body))
  }
}

/// JSON for web servers.
enum JSONText {
  static func bytes(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Texts and numbers always encode.
    return (try? encoder.encode(value)).map(Array.init) ?? []
  }
}
