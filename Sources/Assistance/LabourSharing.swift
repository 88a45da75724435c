/// Matches enterprises that have people to lend with enterprises that lack people (共享用工): as many persons as possible, at least cost.
///
/// A transportation problem, solved exactly by successive shortest augmenting paths with potentials (Edmonds and Karp 1972; Tomizawa
/// 1971), with Dijkstra's algorithm on the dense bipartite graph, stopped at the first unsatisfied want. All of it is integer arithmetic
/// in a fixed order, so equal inputs give the same plan.
///
/// It is not a general flow solver: arcs have no capacities of their own.
public struct LabourSharing: Sendable {
  /// Persons that go from an offer to a want.
  public struct Assignment: Hashable, Sendable {
    /// Index of the offer.
    public var offer: Int
    /// Index of the want.
    public var want: Int
    /// Persons.
    public var persons: Int

    /// An assignment from its parts.
    public init(offer: Int, want: Int, persons: Int) {
      self.offer = offer
      self.want = want
      self.persons = persons
    }
  }

  /// Persons each offer can lend and each want lacks; negative numbers count as 0. The last want is “stays where he is”: it takes
  /// anybody, at a cost that no detour over real wants can reach, so that as many as possible go somewhere.
  private let offers: [Int], wants: [Int]
  /// Cost a person, row by row of the offers; `forbidden` where they do not fit.
  private let costs: ContiguousArray<Int32>
  private static let dearest = 10_000
  /// Dearer than staying by far: an arc that no shortest path takes.
  private static let forbidden = Int32.max
  private static let unreached = Int.max / 4

  /// A problem.
  /// - Parameters:
  ///   - offers: persons that each offer can lend.
  ///   - wants: persons that each want lacks.
  ///   - cost: cost a person of an offer for a want, 0…10,000; `nil` where they do not fit.
  /// At most 50,000 offers or wants.
  /// - Complexity: O(offers × wants) calls of `cost`.
  public init(offers: [Int], wants: [Int], cost: (Int, Int) -> Int?) {
    self.offers = offers.map { max(0, $0) }
    self.wants = wants.map { max(0, $0) } + [self.offers.reduce(0, +)]
    let stay = Self.dearest * (2 * min(offers.count, wants.count) + 2)
    var costs = ContiguousArray<Int32>()
    costs.reserveCapacity(offers.count * (wants.count + 1))
    for offer in offers.indices {
      for want in wants.indices {
        costs.append(cost(offer, want).map { Int32(min(max($0, 0), Self.dearest)) } ?? Self.forbidden)
      }
      costs.append(Int32(clamping: stay))
    }
    self.costs = costs
  }

  /// The plan, in the order of offers and wants.
  /// - Complexity: O(augmentations × reached offers × wants); augmentations are about offers + wants.
  public func plan() -> [Assignment] {
    var state = State(rows: offers.count, columns: wants)
    for offer in offers.indices {
      var left = offers[offer]
      while left > 0 { left -= augment(offer, left, &state) }
    }
    var plan: [Assignment] = []
    for offer in offers.indices {
      for want in wants.indices.dropLast() {
        let persons = state.flow[offer * wants.count + want]
        if persons > 0 { plan.append(Assignment(offer: offer, want: want, persons: Int(persons))) }
      }
    }
    return plan
  }

  /// Total cost of a plan.
  public func cost(_ plan: [Assignment]) -> Int {
    plan.reduce(0) { $0 + $1.persons * Int(costs[$1.offer * wants.count + $1.want]) }
  }

  /// What the search remembers: flows, and potentials that keep reduced costs of open arcs non-negative.
  private struct State {
    var flow: ContiguousArray<Int32>
    var left: [Int]
    var rowPotential: [Int], columnPotential: [Int]
    /// Offers that serve each want.
    var suppliers: [[Int]]

    init(rows: Int, columns: [Int]) {
      flow = ContiguousArray(repeating: 0, count: rows * columns.count)
      left = columns
      rowPotential = [Int](repeating: 0, count: rows)
      columnPotential = [Int](repeating: 0, count: columns.count)
      suppliers = [[Int]](repeating: [], count: columns.count)
    }
  }

  /// The tree of shortest paths from one offer.
  private struct Tree {
    var columnDistance: [Int], columnParent: [Int32], isSettled: [Bool]
    var rowDistance: [Int], rowParent: [Int]
    var settled: [Int] = [], rows: [Int] = []

    init(rows count: Int, columns: Int) {
      columnDistance = [Int](repeating: LabourSharing.unreached, count: columns)
      columnParent = [Int32](repeating: -1, count: columns)
      isSettled = [Bool](repeating: false, count: columns)
      rowDistance = [Int](repeating: LabourSharing.unreached, count: count)
      rowParent = [Int](repeating: -1, count: count)
    }
  }

  /// Sends up to `limit` persons of an offer along a shortest path; returns how many, at least one.
  private func augment(_ offer: Int, _ limit: Int, _ state: inout State) -> Int {
    var tree = Tree(rows: offers.count, columns: wants.count)
    let end = search(offer, &tree, state)
    let length = tree.columnDistance[end]
    for row in tree.rows { state.rowPotential[row] += length - tree.rowDistance[row] }
    for column in tree.settled { state.columnPotential[column] += length - tree.columnDistance[column] }
    var persons = min(limit, state.left[end])
    var column = end
    while true {
      let row = Int(tree.columnParent[column])
      guard tree.rowParent[row] >= 0 else { break }
      column = tree.rowParent[row]
      persons = min(persons, Int(state.flow[row * wants.count + column]))
    }
    state.left[end] -= persons
    column = end
    while true {
      let row = Int(tree.columnParent[column])
      add(persons, row, column, &state)
      guard tree.rowParent[row] >= 0 else { break }
      column = tree.rowParent[row]
      add(-persons, row, column, &state)
    }
    return persons
  }

  private func add(_ persons: Int, _ row: Int, _ column: Int, _ state: inout State) {
    let place = row * wants.count + column
    if state.flow[place] == 0 { state.suppliers[column].append(row) }
    state.flow[place] += Int32(persons)
    if state.flow[place] == 0 { state.suppliers[column].removeAll { $0 == row } }
  }

  /// Dijkstra from an offer to the nearest want that still lacks people; “stays” always does. The reduced cost of an arc, cost − row potential
  /// + column potential, is never negative, and 0 on arcs in use.
  private func search(_ offer: Int, _ tree: inout Tree, _ state: State) -> Int {
    tree.rowDistance[offer] = 0
    reach(offer, &tree, state)
    while true {
      let best = nearest(tree, state.left)
      if state.left[best] > 0 { return best }
      let distance = tree.columnDistance[best]
      tree.isSettled[best] = true
      tree.settled.append(best)
      for row in state.suppliers[best] where tree.rowDistance[row] == Self.unreached {
        tree.rowDistance[row] = distance
        tree.rowParent[row] = best
        reach(row, &tree, state)
      }
    }
  }

  /// The nearest want that is not settled yet; there is always one, since “stays” ends the search. Of equally near ones the first that still
  /// lacks people: it ends the search at once.
  private func nearest(_ tree: Tree, _ left: [Int]) -> Int {
    var best = wants.count - 1
    var least = Self.unreached
    tree.columnDistance.withUnsafeBufferPointer { distances in
      tree.isSettled.withUnsafeBufferPointer { isSettled in
        left.withUnsafeBufferPointer { left in
          for column in distances.indices where distances[column] <= least && !isSettled[column] {
            guard distances[column] < least || (left[best] == 0 && left[column] > 0) else { continue }
            least = distances[column]
            best = column
          }
        }
      }
    }
    return best
  }

  /// Shortens the way to each want over an offer. A settled want is never nearer over a later offer, so none is asked about.
  private func reach(_ row: Int, _ tree: inout Tree, _ state: State) {
    tree.rows.append(row)
    let base = tree.rowDistance[row] - state.rowPotential[row]
    let count = wants.count
    costs.withUnsafeBufferPointer { costs in
      state.columnPotential.withUnsafeBufferPointer { potentials in
        tree.columnDistance.withUnsafeMutableBufferPointer { distances in
          tree.columnParent.withUnsafeMutableBufferPointer { parents in
            let own = UnsafeBufferPointer(rebasing: costs[row * count..<(row + 1) * count])
            for column in 0..<count {
              let distance = base &+ Int(own[column]) &+ potentials[column]
              let isNearer = distance < distances[column]
              distances[column] = isNearer ? distance : distances[column]
              parents[column] = isNearer ? Int32(truncatingIfNeeded: row) : parents[column]
            }
          }
        }
      }
    }
  }
}
