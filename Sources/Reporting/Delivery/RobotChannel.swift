import Foundation
import Transfer

/// A group robot of WeCom (企业微信) or DingTalk (钉钉): a POST of Markdown to an address that is itself the secret.
///
/// Both answer 200 with an `errcode`. Neither knows an idempotency key: a message whose answer was lost appears twice in the group when it is
/// sent again.
final class RobotChannel: DeliveryChannel {
  /// The maker.
  enum Maker { case wecom, dingtalk }

  private let maker: Maker
  private let address: WebAddress
  private let secret: String?
  private let client: HTTPClient
  private let now: () -> Double

  /// - Parameter now: the real clock (unix seconds), which DingTalk's signature holds.
  init(
    _ maker: Maker, _ address: WebAddress, secret: String?, options: TransferOptions,
    now: @escaping () -> Double = { Date().timeIntervalSince1970 }
  ) throws(TransferError) {
    self.maker = maker
    self.address = address
    self.secret = secret
    self.now = now
    client = try HTTPClient(options: options)
  }

  private struct WeCom: Encodable {
    struct Text: Encodable { var content: String }
    var msgtype = "markdown"
    var markdown: Text
  }

  private struct DingTalk: Encodable {
    struct Text: Encodable { var title: String, text: String }
    var msgtype = "markdown"
    var markdown: Text
  }

  private struct Verdict: Decodable {
    var errcode: Int
    var errmsg: String?
  }

  func send(_ message: OutgoingMessage) throws(TransferError) -> String {
    let body =
      maker == .wecom
      ? JSONText.bytes(WeCom(markdown: .init(content: message.body)))
      : JSONText.bytes(DingTalk(markdown: .init(title: message.subject, text: message.body)))
    let target = try signed()
    let secrets = Secrets([address.text, target.text] + (secret.map { [$0] } ?? []))
    let answer = try client.send(
      HTTPRequest(
        .post, target, headers: ["Content-Type": "application/json; charset=utf-8"], body: body, secrets: secrets))
    try answer.requireSuccess()
    guard let verdict = try? JSONDecoder().decode(Verdict.self, from: Data(answer.body)) else {
      throw TransferError(
        .badAnswer, "\(address) does not answer as a group robot does", advice: "check that the address is a robot's",
        mayHaveArrived: true)
    }
    if verdict.errcode == 0 { return "\(address) answers ok" }
    throw fault(verdict, secrets)
  }

  /// DingTalk's signature: HMAC-SHA-256 of time stamp (milliseconds), line break and key, under the key.
  private func signed() throws(TransferError) -> WebAddress {
    guard maker == .dingtalk, let secret else { return address }
    let stamp = String(Int(now() * 1000))
    let signature = Data(Signature.hmacSHA256(key: secret, Array("\(stamp)\n\(secret)".utf8))).base64EncodedString()
    return try address.adding([("timestamp", stamp), ("sign", signature)])
  }

  /// Codes that pass by themselves: the system is busy (-1), too many messages (WeCom 45009, DingTalk 130101, which is silent for ten minutes).
  private func fault(_ verdict: Verdict, _ secrets: Secrets) -> TransferError {
    let message = "\(address) answers errcode \(verdict.errcode): \(secrets.hidden(in: verdict.errmsg ?? ""))"
    switch verdict.errcode {
    case -1: return TransferError(.serverFailed, message, advice: "try again later")
    case 45009: return TransferError(.throttled, message, advice: "send less often", retryAfter: 60)
    case 130_101: return TransferError(.throttled, message, advice: "send less often", retryAfter: 600)
    default: return TransferError(.refused, message, advice: "look the code up in the maker's manual of group robots")
    }
  }
}
