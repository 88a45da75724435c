/// Decides which postings of one employer are the same job.
///
/// Postings are taken in the order in which they became known. Each is compared, as it was first announced, with the postings that began a job
/// before it (never with their followers: so a job does not drift along a chain of near ones); it follows the one that agrees and whose day of posting
/// is nearest, or begins a job. A place (source, or channel of it) has one posting in a job: where a source publishes two equal postings, they are
/// two jobs, and two copies of them elsewhere follow one each. Postings of a source that share its own job number are one job whatever the rule says.
///
/// A decision depends only on postings that became known before; so as of any moment those known by then are decided as they were then, whatever
/// came later and in whatever order the records arrived.
public struct JobGrouping: Sendable {
  /// A posting that is the same job as an earlier one.
  public struct Decision: Hashable, Sendable {
    /// Its position among the postings that were given.
    public let posting: Int
    /// The position of the posting that announced the job first.
    public let leader: Int
    /// What agreed, in a fixed order.
    public let criteria: [String]
  }

  private struct Place: Hashable {
    let source, channel: String
  }

  private struct Job {
    let leader: Int
    let title: String
    var places: Set<Place>
  }

  private let rule: JobRule
  private let links: EmployerLinks

  /// A grouping by a rule, with enterprises linked as they are seen on the day on which a posting becomes known.
  public init(rule: JobRule, links: EmployerLinks) {
    self.rule = rule
    self.links = links
  }

  /// Decides postings.
  /// - Parameter postings: all postings that may be of one employer, in any order.
  /// - Returns: a decision for each posting that begins no job, in the order in which they became known.
  /// - Complexity: O(n log n) for n postings, and for each the number of jobs that agree in all that must be equal.
  public func decide(_ postings: [AnnouncedPosting]) -> [Decision] {
    let order = postings.indices.sorted { AnnouncedPosting.isBefore(postings[$0], postings[$1]) }
    var jobs: [Job] = []
    var alike: [[String]: [Int]] = [:]
    var numbered: [[String]: [Int]] = [:]
    var decisions: [Decision] = []
    for index in order {
      let posting = postings[index]
      let number = posting.job.map { [posting.source, $0] }
      let key = key(posting)
      let place = place(posting)
      let title = rule.titleLikeness == nil ? "" : LooseText.folded(posting.title ?? "")
      let known = number.flatMap { numbered[$0] } ?? []
      let job: Int
      if let same = known.first(where: { isOneEmployer(posting, postings[jobs[$0].leader]) }) {
        job = same
        decisions.append(Decision(posting: index, leader: jobs[job].leader, criteria: ["job_number"]))
        jobs[job].places.insert(place)
      } else if let near = nearest(posting, title, place, alike[key] ?? [], jobs, postings) {
        job = near
        decisions.append(Decision(posting: index, leader: jobs[job].leader, criteria: criteria))
        jobs[job].places.insert(place)
      } else {
        job = jobs.count
        alike[key, default: []].append(job)
        jobs.append(Job(leader: index, title: title, places: [place]))
      }
      if let number, !known.contains(job) { numbered[number, default: []].append(job) }
    }
    return decisions
  }

  /// What agreed in every decision that the rule itself makes.
  public var criteria: [String] {
    ["employer"] + JobRule.Criterion.allCases.filter(rule.same.contains).map(\.rawValue)
      + (rule.titleLikeness == nil ? [] : ["title_likeness"]) + ["headcount", "posted_on"]
  }

  private func nearest(
    _ posting: AnnouncedPosting, _ title: String, _ place: Place, _ candidates: [Int], _ jobs: [Job],
    _ postings: [AnnouncedPosting]
  ) -> Int? {
    var best: (days: Int, persons: Int, job: Int)?
    for job in candidates where !jobs[job].places.contains(place) {
      let leader = postings[jobs[job].leader]
      let days = abs(posting.postedOn - leader.postedOn)
      let persons = abs(posting.headcount - leader.headcount)
      guard days <= rule.postedWithinDays, persons <= rule.headcountWithin else { continue }
      if let best, (best.days, best.persons) <= (days, persons) { continue }
      if let least = rule.titleLikeness, LooseText.likeness(title, jobs[job].title) < least { continue }
      guard isOneEmployer(posting, leader) else { continue }
      best = (days, persons, job)
    }
    return best?.job
  }

  /// Whether the links that were seen when the posting became known make its employer the leader's.
  private func isOneEmployer(_ posting: AnnouncedPosting, _ leader: AnnouncedPosting) -> Bool {
    let day = posting.knownOn
    return links.employer(of: posting.creditCode, on: day) == links.employer(of: leader.creditCode, on: day)
  }

  private func key(_ posting: AnnouncedPosting) -> [String] {
    JobRule.Criterion.allCases.filter(rule.same.contains).map { word(posting, $0) }
  }

  private func word(_ posting: AnnouncedPosting, _ criterion: JobRule.Criterion) -> String {
    switch criterion {
    case .occupation: return posting.occupation
    case .region: return posting.region
    case .title: return LooseText.folded(posting.title ?? "")
    case .salary:
      return [posting.salaryMin, posting.salaryMax].map { bound in bound.map { "\($0)" } ?? "" }.joined(separator: "-")
    case .education: return LooseText.folded(posting.education ?? "")
    }
  }

  private func place(_ posting: AnnouncedPosting) -> Place {
    Place(source: posting.source, channel: rule.across == .channels ? posting.channel : "")
  }
}
