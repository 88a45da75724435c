import Foundation
import LabourMarket
import Transfer

/// Mail with its documents attached.
///
/// `Message-ID` comes from the message's id: a mail that is sent again because the server's answer was lost bears the same one, and most mail
/// programs show it once. More cannot be done: SMTP has no idempotency key.
final class MailChannel: DeliveryChannel {
  private let client: MailClient
  private let from: String

  init(server: MailServer, from: String, options: TransferOptions) throws(TransferError) {
    self.from = from
    client = try MailClient(server: server, options: options)
  }

  func send(_ message: OutgoingMessage) throws(TransferError) -> String {
    try client.submit(MailText.bytes(message, from: from), from: from, to: message.recipients)
    return "taken by \(client.server) for \(message.recipients.count) recipients"
  }
}

/// A message as mail: RFC 5322 and MIME (RFC 2045–2047, RFC 2231), ASCII only, so that it passes servers of any age.
enum MailText {
  static func bytes(_ message: OutgoingMessage, from: String) -> [UInt8] {
    let boundary = "=_\(message.id.prefix(40))"
    let host = from.split(separator: "@").last.map(String.init) ?? "labourwatch"
    var text = """
      From: <\(from)>
      To: \(message.recipients.map { "<\($0)>" }.joined(separator: ",\n "))
      Subject: \(encodedWords(message.subject))
      Date: \(date(message.createdAt))
      Message-ID: <\(message.id.prefix(40))@\(host)>
      Auto-Submitted: auto-generated
      MIME-Version: 1.0
      Content-Type: multipart/mixed; boundary="\(boundary)"

      --\(boundary)
      Content-Type: text/plain; charset=utf-8
      Content-Transfer-Encoding: base64

      \(base64(Array(message.body.utf8)))

      """
    for attachment in message.attachments {
      text += """
        --\(boundary)
        Content-Type: \(attachment.mediaType); name="\(encodedWords(attachment.name))"
        Content-Disposition: attachment; filename*=UTF-8''\(WebAddress.encoded(attachment.name))
        Content-Transfer-Encoding: base64

        \(base64(attachment.bytes))

        """
    }
    text += "--\(boundary)--\n"
    return Array(text.utf8)
  }

  /// Base64 in lines of 76 characters.
  private static func base64(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString(options: [.lineLength76Characters, .endLineWithLineFeed])
  }

  /// Encoded words of RFC 2047, each of at most 75 characters and whole characters of the text; plain ASCII stays as it is.
  static func encodedWords(_ text: String) -> String {
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x3D && $0 != 0x5C }) { return text }
    var words: [String] = []
    var part = ""
    for character in text {
      // 45 bytes are 60 characters of base64; with `=?UTF-8?B?` and `?=` 72.
      if part.utf8.count + character.utf8.count > 45 {
        words.append(part)
        part = ""
      }
      part.append(character)
    }
    words.append(part)
    return words.map { "=?UTF-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\n ")
  }

  /// A moment as RFC 5322 writes it, in UTC.
  static func date(_ seconds: Int) -> String {
    let moment = LocalTimestamp(seconds: seconds)
    let parts = moment.day.parts
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let name = names[((moment.day.ordinal % 7) + 7) % 7]
    return "\(name), \(parts.day) \(months[parts.month - 1]) \(parts.year) \(moment.description.suffix(8)) +0000"
  }
}
