import Assistance
import LabourMarket

/// The night on one page, in plain words: what stands, what changed since the last time, and why.
///
/// The same briefing is a page beside the lists, the text of a mail and the message of a group robot.
public struct Briefing: Hashable, Sendable {
  /// One thing that changed or stands.
  public struct Item: Hashable, Sendable {
    /// Its level now; `nil` where levels say nothing.
    public var level: AlertLevel?
    /// What it is about, in a few words.
    public var title: String
    /// Figures, cause and advice; one line.
    public var detail: String

    /// An item from its parts.
    public init(level: AlertLevel?, title: String, detail: String) {
      self.level = level
      self.title = title
      self.detail = detail
    }
  }

  /// Items of a kind, the most important first.
  public struct Section: Hashable, Sendable {
    /// The heading.
    public var title: String
    /// The items.
    public var items: [Item]

    /// A section from its parts.
    public init(title: String, items: [Item]) {
      self.title = title
      self.items = items
    }
  }

  /// The heading.
  public var title: String
  /// The night.
  public var night: CalendarDay
  /// What stands, in a sentence each.
  public var lead: [String]
  /// What changed; sections without items are left out.
  public var sections: [Section]
  /// Where more is to be found.
  public var closing: [String]

  /// A briefing from its parts.
  public init(title: String, night: CalendarDay, lead: [String], sections: [Section], closing: [String]) {
    self.title = title
    self.night = night
    self.lead = lead
    self.sections = sections.filter { !$0.items.isEmpty }
    self.closing = closing
  }

  /// What a channel makes of text.
  public enum Form: String, CaseIterable, Sendable {
    /// Plain text, as in a mail.
    case plain
    /// Markdown with backslashes before characters that it would understand in what feeds say.
    case markdown
    /// Markdown of group robots that know no backslash: such characters take their full-width forms.
    case robot
  }

  /// The briefing as text of at most `limit` bytes: where it is longer, items at the end give way to a line that counts them, and a text that
  /// is longer still without items is cut at a character.
  /// - Complexity: O(length) where it fits; where it must be shortened, O(length × log items) as a rule.
  public func text(_ form: Form, _ strings: StringTable, limit: Int = .max) -> String {
    let count = sections.reduce(0) { $0 + $1.items.count }
    var shown = count
    while true {
      let text = text(form, strings, shown: shown, of: count)
      if text.utf8.count <= limit { return text }
      guard shown > 0 else { return Self.cut(text, to: limit) }
      // Each step takes away what is too much, at least one item.
      shown = min(shown - 1, Int(Double(shown) * Double(limit) / Double(text.utf8.count)))
    }
  }

  private func text(_ form: Form, _ strings: StringTable, shown: Int, of count: Int) -> String {
    func safe(_ text: String) -> String { Self.safe(text, form) }
    let isPlain = form == .plain
    var lines = [isPlain ? title : "# \(safe(title))", ""]
    lines += lead.map(safe)
    for section in beginning(shown).sections {
      lines += ["", isPlain ? "【\(section.title)】" : "## \(safe(section.title))"]
      for item in section.items {
        let level = item.level.map { strings("level.\($0.rawValue)") }
        let mark = level.map { isPlain ? "[\($0)] " : "**\($0)** " } ?? ""
        let detail = item.detail.isEmpty ? "" : strings("colon") + safe(item.detail)
        lines.append("- \(mark)\(safe(item.title))\(detail)")
      }
    }
    if shown < count { lines += ["", strings("briefing.more", TableText.grouped(count - shown))] }
    if !closing.isEmpty { lines += [""] + closing.map(safe) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A text whose characters cannot make a link, an image, emphasis, HTML or a line of their own.
  private static func safe(_ text: String, _ form: Form) -> String {
    var out = ""
    for character in text {
      guard !character.isNewline else {
        out.append(" ")
        continue
      }
      let isMark = "\\`*_[]<>#|~".contains(character)
      switch (form, isMark, character.asciiValue) {
      case (.markdown, true, _): out += "\\\(character)"
      // The full-width forms stand 0xFEE0 behind the ASCII ones.
      case (.robot, true, let value?): out.unicodeScalars.append(UnicodeScalar(UInt16(value) + 0xFEE0) ?? " ")
      default: out.append(character)
      }
    }
    return out
  }

  /// The longest beginning of at most so many bytes of UTF-8.
  static func cut(_ text: String, to limit: Int) -> String {
    var out = ""
    var size = 0
    for character in text {
      size += character.utf8.count
      if size > limit { break }
      out.append(character)
    }
    return out
  }

  /// Items that fit on one printed page.
  private static let pageItems = 13

  /// The first items, and how many are left out.
  private func beginning(_ most: Int) -> (sections: [Section], left: Int) {
    var room = most
    let shown = sections.map { section in
      defer { room -= min(room, section.items.count) }
      return Section(title: section.title, items: Array(section.items.prefix(room)))
    }.filter { !$0.items.isEmpty }
    return (shown, sections.reduce(0) { $0 + $1.items.count } - (most - room))
  }

  /// The briefing as a page of its own, one printed sheet long.
  public func html(_ strings: StringTable, _ templates: PageTemplates) throws -> String {
    let (sections, left) = beginning(Self.pageItems)
    let more = left > 0 ? [strings("briefing.more", TableText.grouped(left))] : []
    return try templates.render(
      "briefing",
      [
        "language": strings.language, "title": title, "night": night.description, "lead": lead,
        "closing": more + closing,
        "back": strings("page.back"), "file": strings("file.list"), "list": strings("sheet.shortages"),
        "sections": sections.map { section -> [String: Any] in
          [
            "title": section.title,
            "items": section.items.map { item -> [String: Any] in
              var out: [String: Any] = ["title": item.title, "detail": item.detail]
              if let level = item.level {
                out["tag"] = ["level": level.rawValue, "name": strings("level.\(level.rawValue)")]
              }
              return out
            },
          ]
        },
      ])
  }
}
