/// A network in which as much as possible flows from its source to its sink, at least cost.
///
/// Solved exactly by successive shortest augmenting paths (Jewell 1958; Ahuja, Magnanti, Orlin, *Network Flows*,
/// 1993, section 9.7); the paths are found by Bellman and Ford's relaxation from a queue. Integer arithmetic in a
/// fixed order: equal networks give equal flows. For dense transportation problems with thousands of parties use
/// ``LabourSharing``.
struct FlowNetwork {
  private struct Arc {
    var target: Int, capacity: Int, cost: Int
  }
  /// An arc and its reverse stand beside one another: `index ^ 1` is the other one.
  private var arcs: [Arc] = []
  private var leaving: [[Int]]
  /// Marks a node that no path reaches.
  private static let unreached = Int.max / 4

  /// A network of so many nodes without arcs.
  init(nodes: Int) { leaving = [[Int]](repeating: [], count: nodes) }

  /// Adds a node.
  mutating func addNode() -> Int {
    leaving.append([])
    return leaving.count - 1
  }

  /// Adds an arc; `cost` a unit may be negative as long as no cycle costs less than nothing. Returns its index for
  /// ``flow(_:)``.
  @discardableResult
  mutating func addArc(_ from: Int, _ to: Int, capacity: Int, cost: Int = 0) -> Int {
    leaving[from].append(arcs.count)
    arcs.append(Arc(target: to, capacity: capacity, cost: cost))
    leaving[to].append(arcs.count)
    arcs.append(Arc(target: from, capacity: 0, cost: -cost))
    return arcs.count - 2
  }

  /// What flows through an arc.
  func flow(_ arc: Int) -> Int { arcs[arc ^ 1].capacity }

  /// Sends as much as possible from source to sink, at least cost; returns how much.
  /// - Complexity: O(flow × nodes × arcs) at worst, about flow × arcs in practice.
  mutating func solve(from source: Int, to sink: Int) -> Int {
    var total = 0
    while let path = shortestPath(source, sink) {
      let amount = path.map { arcs[$0].capacity }.min() ?? 0
      for arc in path {
        arcs[arc].capacity -= amount
        arcs[arc ^ 1].capacity += amount
      }
      total += amount
    }
    return total
  }

  private func shortestPath(_ source: Int, _ sink: Int) -> [Int]? {
    var distance = [Int](repeating: Self.unreached, count: leaving.count)
    var arrival = [Int](repeating: -1, count: leaving.count)
    var isQueued = [Bool](repeating: false, count: leaving.count)
    var queue = [source]
    var head = 0
    distance[source] = 0
    while head < queue.count {
      let node = queue[head]
      head += 1
      isQueued[node] = false
      for index in leaving[node] where arcs[index].capacity > 0 {
        let arc = arcs[index]
        guard distance[node] + arc.cost < distance[arc.target] else { continue }
        distance[arc.target] = distance[node] + arc.cost
        arrival[arc.target] = index
        if !isQueued[arc.target] {
          isQueued[arc.target] = true
          queue.append(arc.target)
        }
      }
    }
    guard distance[sink] < Self.unreached else { return nil }
    var path: [Int] = []
    var node = sink
    while node != source {
      path.append(arrival[node])
      node = arcs[arrival[node] ^ 1].target
    }
    return path
  }
}
