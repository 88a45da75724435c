import Forecasting
import Glibc
import Tabular

/// What `series forecast` and `series backtest` are asked to work on.
public struct SeriesInput: Sendable {
  /// The panel: `unique_id,ds,y`.
  public var path: String
  /// `node,bottom` pairs, for coherent forecasts; nodes that the panel lacks are added as sums.
  public var hierarchy: String?
  /// Where groups come from.
  public var groups: SeriesPanelFile.Groups
  /// A calendar of effects: a name in `jobs/calendars` or a path.
  public var calendar: String?
  /// Periods in a season; `nil` for what the panel's frequency says.
  public var season: Int?
  /// Settings of the forecaster.
  public var forecaster: PanelForecaster.Options
  /// The process's environment, in which resources are looked for.
  public var environment: [String: String]

  /// Makes an input.
  public init(
    path: String, hierarchy: String? = nil, groups: SeriesPanelFile.Groups = .automatic, calendar: String? = nil,
    season: Int? = nil, forecaster: PanelForecaster.Options, environment: [String: String] = [:]
  ) {
    self.path = path
    self.hierarchy = hierarchy
    self.groups = groups
    self.calendar = calendar
    self.season = season
    self.forecaster = forecaster
    self.environment = environment
  }

  /// An input that was read.
  struct Loaded {
    var panel: Panel
    var style: SeriesPeriodStyle
    var rows: Int
    var tree: SeriesHierarchyFile?
    var options: PanelForecaster.Options
  }

  /// Reads the files.
  /// - Throws: ``Failure`` with file, line and column for input that cannot be read.
  func load() throws -> Loaded {
    let file = try SeriesPanelFile(path: path, groups: groups)
    let tree = try hierarchy.map { try SeriesHierarchyFile(path: $0) }
    var options = forecaster
    options.season = Swift.max(season ?? file.style.frequency.season, 1)
    if let calendar {
      options.pooled.effects = try SeriesCalendarFile.read(
        calendar, style: file.style, season: options.season, environment: environment)
    }
    var panel = file.panel
    do {
      if let tree { panel = try panel.adding(nodesOf: tree.hierarchy) }
    } catch {
      throw Failure.usage(error.reason, next: "mend \(hierarchy ?? "")")
    }
    return Loaded(panel: panel, style: file.style, rows: file.rows, tree: tree, options: options)
  }
}

/// A file of `node,bottom` pairs, with an optional `level` of the node.
struct SeriesHierarchyFile: Sendable {
  /// Which bottom series sum to which node.
  let hierarchy: Hierarchy
  /// Names of the nodes' levels, as far as the file gives them.
  private let levels: [String: String]

  init(path: String) throws {
    let table = try SeriesTable(path: path, option: "--hierarchy", columns: "node,bottom")
    let node = try table.column("node")
    let bottom = try table.column("bottom")
    let level = table.headers.firstIndex(of: "level")
    var edges: [(node: String, bottom: String)] = []
    var levels: [String: String] = [:]
    try table.forEachRecord(fields: Swift.max(node, bottom) + 1) { record in
      let key = String(decoding: Text.trim(record[field: node]), as: UTF8.self)
      edges.append((key, String(decoding: Text.trim(record[field: bottom]), as: UTF8.self)))
      if let level { levels[key] = record.string(level) }
      return true
    }
    hierarchy = Hierarchy(edges: edges)
    self.levels = levels
  }

  /// The level of a series: the file's name for it, else `top`, `between` or `bottom`; `nil` for series outside the hierarchy.
  func level(_ id: String) -> String? {
    if let name = levels[id], !name.isEmpty { return name }
    if let own = hierarchy.bottoms[id] { return own.count == widest ? "top" : "between" }
    return isBottom.contains(id) ? "bottom" : nil
  }

  private var widest: Int { hierarchy.bottoms.values.map(\.count).max() ?? 0 }
  private var isBottom: Set<String> { Set(hierarchy.bottoms.values.flatMap { $0 }) }
}
