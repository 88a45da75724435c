import LabourMarket

/// What a canonical column holds, and so how its cells are read.
public enum ColumnKind: UInt8, Sendable {
  /// Text as it stands, trimmed.
  case text
  /// Text that people type freely: person and mobile numbers in it are masked.
  case freeText
  /// A unified social credit code.
  case creditCode
  /// A region by code, name or alias.
  case region
  /// A chain by code, name or alias.
  case chain
  /// An occupation by code, name or alias.
  case occupation
  /// An indicator of the plan by code or name.
  case indicator
  /// A month; stored as its first day.
  case month
  /// A day.
  case date
  /// A moment of local time.
  case moment
  /// A whole number of persons.
  case persons
  /// A number.
  case number
  /// `open`, `filled` or `closed`.
  case status
  /// A resident identity number: becomes a pseudonym while it is read.
  case personID
  /// A person's name: read so that it can be masked elsewhere in the row, never stored.
  case personName
  /// The name of an enterprise's contact person.
  case contactName
  /// The phone of an enterprise's contact person.
  case contactPhone
}

/// What a column is for.
public enum ColumnRole: Sendable {
  /// Part of the record's key.
  case key
  /// Part of the record's content.
  case content
  /// The source's own clock.
  case clock
  /// Stored apart, not part of the record's content.
  case contact
  /// Read and not stored.
  case transient
}

/// A column of the contract (section 2).
public struct CanonicalColumn: Sendable {
  /// The canonical English name, which is a header too.
  public let name: String
  /// The headers that are always known beside the name: the contract's Chinese ones.
  public let headers: [String]
  /// How its cells are read.
  public let kind: ColumnKind
  /// What it is for.
  public let role: ColumnRole
  /// Whether the file must have it and its cells must be filled.
  public let isRequired: Bool
  /// What is stored where a cell is empty; `nil` is NULL.
  public let fallback: String?

  init(
    _ name: String, _ headers: [String], _ kind: ColumnKind, _ role: ColumnRole = .content, required: Bool = false,
    fallback: String? = nil
  ) {
    self.name = name
    self.headers = headers
    self.kind = kind
    self.role = role
    isRequired = required
    self.fallback = fallback
  }

  /// The name as messages show it: the Chinese header beside the canonical name.
  public var title: String { headers.first.map { "\(name)（\($0)）" } ?? name }
  /// Whether cells may speak of persons and are never quoted.
  public var isPersonal: Bool {
    switch kind {
    case .personID, .personName, .contactName, .contactPhone: true
    default: false
    }
  }
}

/// `left <= right` between two columns of a row, where both are filled.
public struct Comparison: Hashable, Sendable {
  /// The column that must not be greater.
  public let left: String
  /// The column that must not be smaller.
  public let right: String

  /// A comparison of two canonical columns.
  public init(_ left: String, _ right: String) {
    self.left = left
    self.right = right
  }
}

/// The canonical form of a feed: its columns in the order of its staging table, and the rules that always hold.
///
/// The content hash covers key and content columns in this order up to the last one that is filled: a new content column goes to the end
/// of them, so that the hashes of records without it stay as they are.
public struct FeedSchema: Sendable {
  /// The feed.
  public let feed: Feed
  /// The columns: keys, then content, then contacts; the clock is stored behind them.
  public let columns: [CanonicalColumn]
  /// The comparisons that hold unless the feed's description names others.
  public let comparisons: [Comparison]
  /// Columns of which one must be filled.
  public let anyOf: [String]

  /// The table of the feed's versions.
  public var table: String {
    switch feed {
    case .enterprises: "enterprise_versions"
    case .hiringPlans: "hiring_plan_versions"
    case .vacancies: "vacancy_versions"
    case .unemployment: "unemployment_versions"
    case .headcount: "headcount_versions"
    case .supplyPipeline: "supply_pipeline_versions"
    case .indicators: "indicator_versions"
    case .outcomes: "outcome_versions"
    }
  }

  /// The column of a name.
  public func column(_ name: String) -> CanonicalColumn? { columns.first { $0.name == name } }

  /// Whether the clock is part of the key: each report of the supply pipeline is a record of its own.
  public var clockIsKey: Bool { feed == .supplyPipeline }

  /// Whether rows speak of single persons: their cells are never quoted, and their raw rows are masked cell by cell.
  public var isPersonal: Bool { feed == .unemployment }

  /// The schema of a feed.
  public static func of(_ feed: Feed) -> FeedSchema {
    switch feed {
    case .enterprises: enterprises
    case .hiringPlans: hiringPlans
    case .vacancies: vacancies
    case .unemployment: unemployment
    case .headcount: headcount
    case .supplyPipeline: supplyPipeline
    case .indicators: indicators
    case .outcomes: outcomes
    }
  }

  private init(_ feed: Feed, _ columns: [CanonicalColumn], _ comparisons: [Comparison] = [], anyOf: [String] = []) {
    self.feed = feed
    self.columns = columns
    self.comparisons = comparisons
    self.anyOf = anyOf
  }

  private static let reportedOn = CanonicalColumn("reported_on", ["填报日期"], .moment, .clock, required: true)
  private static let updatedAt = CanonicalColumn("updated_at", ["更新时间"], .moment, .clock, required: true)

  private static func creditCode(_ role: ColumnRole) -> CanonicalColumn {
    CanonicalColumn("credit_code", ["统一社会信用代码"], .creditCode, role, required: true)
  }

  private static func region(
    _ role: ColumnRole = .content, required: Bool = true, fallback: String? = nil
  ) -> CanonicalColumn {
    CanonicalColumn("region", ["所属地区"], .region, role, required: required, fallback: fallback)
  }

  private static func chain(_ role: ColumnRole = .content, fallback: String? = nil) -> CanonicalColumn {
    CanonicalColumn("chain", ["产业链"], .chain, role, fallback: fallback)
  }

  private static let enterprises = FeedSchema(
    .enterprises,
    [
      creditCode(.key), CanonicalColumn("enterprise_name", ["企业名称"], .freeText, required: true), region(), chain(),
      CanonicalColumn("industry_code", ["行业代码"], .freeText), CanonicalColumn("size_class", ["企业规模"], .freeText),
      CanonicalColumn("registered_on", ["登记日期"], .date),
      CanonicalColumn("contact_name", ["联系人"], .contactName, .contact),
      CanonicalColumn("contact_phone", ["联系电话"], .contactPhone, .contact),
    ])

  private static let hiringPlans = FeedSchema(
    .hiringPlans,
    [
      creditCode(.key), CanonicalColumn("survey_wave", ["调研批次"], .month, .key, required: true),
      CanonicalColumn("period", ["计划月份"], .month, .key, required: true),
      CanonicalColumn("occupation", ["职业"], .occupation, .key, required: true),
      CanonicalColumn("enterprise_name", ["企业名称"], .freeText), region(required: false), chain(),
      CanonicalColumn("headcount", ["现有人数"], .persons),
      CanonicalColumn("planned_hires", ["计划招聘人数"], .persons, required: true),
      CanonicalColumn("expected_separations", ["预计离职人数"], .persons),
      CanonicalColumn("automation_displaced", ["机器换人减少岗位"], .persons), reportedOn,
    ])

  private static let vacancies = FeedSchema(
    .vacancies,
    [
      CanonicalColumn("source", ["来源"], .freeText, .key, required: true),
      CanonicalColumn("posting_id", ["岗位编号"], .text, .key, required: true), CanonicalColumn("job", [], .text),
      CanonicalColumn("channel", ["渠道"], .freeText), creditCode(.content),
      CanonicalColumn("enterprise_name", ["企业名称"], .freeText), region(), chain(),
      CanonicalColumn("occupation", ["职业"], .occupation, required: true),
      CanonicalColumn("title", ["岗位名称"], .freeText),
      CanonicalColumn("headcount", ["招聘人数"], .persons, required: true),
      CanonicalColumn("filled", ["已招人数"], .persons, fallback: "0"),
      CanonicalColumn("salary_min", ["最低月薪"], .number), CanonicalColumn("salary_max", ["最高月薪"], .number),
      CanonicalColumn("education", ["学历要求"], .freeText),
      CanonicalColumn("posted_on", ["发布日期"], .date, required: true), CanonicalColumn("closes_on", ["截止日期"], .date),
      CanonicalColumn("status", ["状态"], .status, fallback: "open"), updatedAt,
    ],
    [Comparison("salary_min", "salary_max"), Comparison("posted_on", "closes_on"), Comparison("filled", "headcount")])

  private static let unemployment = FeedSchema(
    .unemployment,
    [
      CanonicalColumn("person_id", ["身份证号"], .personID, .key, required: true),
      CanonicalColumn("registered_on", ["登记日期"], .date, .key, required: true), region(),
      CanonicalColumn("occupation", ["原职业"], .occupation), CanonicalColumn("education", ["学历"], .freeText),
      CanonicalColumn("last_credit_code", ["原单位信用代码"], .creditCode),
      CanonicalColumn("reason", ["失业原因"], .freeText), CanonicalColumn("exited_on", ["退出日期"], .date),
      CanonicalColumn("exit_reason", ["退出原因"], .freeText),
      CanonicalColumn("name", ["姓名"], .personName, .transient), updatedAt,
    ], [Comparison("registered_on", "exited_on")])

  private static let headcount = FeedSchema(
    .headcount,
    [
      creditCode(.key), CanonicalColumn("month", ["月份"], .month, .key, required: true),
      CanonicalColumn("headcount_base", ["建档期人数"], .persons),
      CanonicalColumn("headcount_previous", ["上期人数"], .persons),
      CanonicalColumn("headcount", ["调查期人数"], .persons, required: true),
      CanonicalColumn("decrease_reason", ["减少原因"], .freeText), reportedOn,
    ])

  private static let supplyPipeline = FeedSchema(
    .supplyPipeline,
    [
      CanonicalColumn("program", ["项目"], .freeText, .key, required: true), region(.key), chain(.key, fallback: ""),
      CanonicalColumn("occupation", ["职业"], .occupation, .key, fallback: ""),
      CanonicalColumn("month", ["到岗月份"], .month, .key, required: true),
      CanonicalColumn("persons", ["人数"], .persons, required: true), reportedOn,
    ])

  private static let indicators = FeedSchema(
    .indicators,
    [
      CanonicalColumn("series", [], .text, .key, fallback: ""), region(.key, required: false, fallback: ""),
      chain(.key, fallback: ""), CanonicalColumn("month", ["月份"], .month, .key, required: true),
      CanonicalColumn("openings_end", ["期末空岗"], .number), CanonicalColumn("openings_new", ["新增岗位"], .number),
      CanonicalColumn("hires", ["招聘人数"], .number), CanonicalColumn("separations", ["离职人数"], .number),
      CanonicalColumn("employment", ["从业人数"], .number), CanonicalColumn("unemployed", ["求职人数"], .number),
      reportedOn,
    ], anyOf: ["region", "chain"])

  private static let outcomes = FeedSchema(
    .outcomes,
    [
      CanonicalColumn("indicator", ["指标"], .indicator, .key, required: true), region(.key),
      CanonicalColumn("month", ["月份"], .month, .key, required: true),
      CanonicalColumn("value", ["数值"], .number, required: true), reportedOn,
    ])
}
