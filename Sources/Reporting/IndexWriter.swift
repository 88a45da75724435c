import Assistance
import LabourMarket

/// Writes the page that leads to the lists of a night.
public struct IndexWriter: Sendable {
  let lists: [(list: ShortageList, folder: String)]
  let strings: StringTable
  let formats: Set<String>
  let hasBriefings: Bool
  let companions: [String]

  /// A writer of the lists of a night, each in its folder, in the formats (`xlsx`, `csv`) that stand beside the pages, with or without briefings.
  /// - Parameter companions: the documents beside the index, as the texts name them (`targets`, `plan`).
  public init(
    lists: [(list: ShortageList, folder: String)], strings: StringTable, formats: Set<String>,
    hasBriefings: Bool = true, companions: [String] = []
  ) {
    self.companions = companions
    self.hasBriefings = hasBriefings
    self.lists = lists
    self.strings = strings
    self.formats = formats
  }

  /// The page.
  public func html(_ templates: PageTemplates) throws -> String {
    let first = lists.first?.list.header
    let teams = lists.map { list, folder -> [String: Any] in
      var team: [String: Any] = [
        "folder": folder, "file": strings("file.list"),
        "name": list.header.isCity ? strings("page.city", list.header.teamName) : list.header.teamName,
        "briefing": strings("file.briefing"), "hasBriefing": hasBriefings,
        "hasWorkbook": formats.contains("xlsx"), "hasCSV": formats.contains("csv"),
        "levels": PageWriter.levels(list, strings), "openingsLabel": strings("page.openings"),
        "openings": TableText.grouped(list.rows.reduce(0) { $0 + whole($1.openings) }),
      ]
      if let forecast = PageWriter.forecast(list, strings) { team["forecast"] = forecast }
      return team
    }
    return try templates.render(
      "index",
      [
        "language": strings.language, "night": first?.night.description ?? "", "teams": teams,
        "title": first.map { strings("title.city", $0.cityName) } ?? "",
        "unitLine": first.map { Notes(header: $0, strings: strings).unitLine } ?? "",
        "warnings": first?.missingFeeds ?? [],
        "companions": companions.map {
          ["file": strings("file.\($0)"), "name": strings("page.\($0)"), "hasWorkbook": formats.contains("xlsx")]
        },
        "text": [
          "lists": strings("page.lists"), "page": strings("page.page"), "workbook": strings("page.workbook"),
          "briefing": strings("page.briefing"),
        ],
      ])
  }
}
