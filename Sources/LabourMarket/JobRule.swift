/// What makes two postings the same job: one version of the profile's rule.
public struct JobRule: Hashable, Sendable {
  /// What may have to be equal beside the employer. The raw value is the word in the rule and in the reasons of decisions.
  public enum Criterion: String, CaseIterable, Sendable {
    /// The occupation's code.
    case occupation
    /// The region's code, as the records name it.
    case region
    /// The title, folded (``LooseText/folded(_:)``).
    case title
    /// Both bounds of the salary; a posting that names none agrees only with one that names none.
    case salary
    /// The education asked for, folded.
    case education
  }

  /// What counts as another place: postings of one place are never the same job, for their source keeps them apart.
  public enum Places: String, CaseIterable, Sendable {
    /// Other sources only.
    case sources
    /// Other sources, and other channels of one source.
    case channels
  }

  /// The name of the version; decisions carry it.
  public var version: String
  /// The first day on which the rule is in force; `nil`: from the beginning.
  public var validFrom: CalendarDay?
  /// What must be equal beside the employer.
  public var same: Set<Criterion>
  /// From this likeness of folded titles on (0…1) they count as equal; `nil`: no likeness is asked for.
  public var titleLikeness: Double?
  /// Persons by which the numbers sought may differ.
  public var headcountWithin: Int
  /// Days by which the days of posting may differ.
  public var postedWithinDays: Int
  /// Between which places the same job is looked for.
  public var across: Places

  /// The rule of a profile that names none; `docs/employers-and-jobs.md` gives its reasons.
  public init(
    version: String = "built-in", validFrom: CalendarDay? = nil,
    same: Set<Criterion> = [.occupation, .region, .title, .salary], titleLikeness: Double? = nil,
    headcountWithin: Int = 0, postedWithinDays: Int = 7, across: Places = .channels
  ) {
    self.version = version
    self.validFrom = validFrom
    self.same = same
    self.titleLikeness = titleLikeness
    self.headcountWithin = headcountWithin
    self.postedWithinDays = postedWithinDays
    self.across = across
  }
}

/// A posting as it was first announced: what the rule compares.
public struct AnnouncedPosting: Hashable, Sendable {
  /// Who published it.
  public var source: String
  /// Its number there.
  public var id: String
  /// The employer's code in the record.
  public var creditCode: String
  /// When it became known: the source's clock, microseconds of local time since 1970.
  public var knownAt: Int64
  /// The day of posting.
  public var postedOn: CalendarDay
  /// The occupation's code.
  public var occupation: String
  /// The region's code.
  public var region: String
  /// The title.
  public var title: String?
  /// Persons sought.
  public var headcount: Int
  /// Bounds of the salary, a month.
  public var salaryMin, salaryMax: Double?
  /// The education asked for.
  public var education: String?
  /// The channel; empty where none is named.
  public var channel: String
  /// The source's own number of the job, which several of its postings may share.
  public var job: String?

  /// A posting from its parts.
  public init(
    source: String, id: String, creditCode: String, knownAt: Int64, postedOn: CalendarDay, occupation: String,
    region: String, title: String?, headcount: Int, salaryMin: Double?, salaryMax: Double?, education: String?,
    channel: String, job: String?
  ) {
    self.source = source
    self.id = id
    self.creditCode = creditCode
    self.knownAt = knownAt
    self.postedOn = postedOn
    self.occupation = occupation
    self.region = region
    self.title = title
    self.headcount = headcount
    self.salaryMin = salaryMin
    self.salaryMax = salaryMax
    self.education = education
    self.channel = channel
    self.job = job
  }

  /// The day on which it became known.
  public var knownOn: CalendarDay {
    CalendarDay(ordinal: Int((Double(knownAt) / 86_400_000_000).rounded(.down)))
  }

  /// The order in which postings are decided: when they became known, then source and number, by their bytes.
  static func isBefore(_ a: Self, _ b: Self) -> Bool {
    if a.knownAt != b.knownAt { return a.knownAt < b.knownAt }
    if a.source != b.source { return a.source.utf8.lexicographicallyPrecedes(b.source.utf8) }
    return a.id.utf8.lexicographicallyPrecedes(b.id.utf8)
  }
}
