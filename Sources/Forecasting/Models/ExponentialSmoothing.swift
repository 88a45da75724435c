import Glibc

/// Exponential smoothing in state space form with automatic choice of error, trend and season.
///
/// Equations, bounds and information criterion: Hyndman, Koehler, Ord and Snyder, Forecasting with Exponential Smoothing (2008),
/// chapters 2 and 5. First states come from a decomposition of the first seasons (2008, section 2.6.1), smoothing constants from
/// the least concentrated likelihood; forms are averaged by their Akaike weights.
public struct ExponentialSmoothing: SeriesModel {
  /// The components of a model.
  public struct Form: Sendable, Equatable {
    /// Whether errors are relative.
    public var multiplicativeError: Bool
    /// No trend, a linear one, or one that is damped.
    public var trend: Trend
    /// No season, or one that adds or multiplies.
    public var season: Seasonality.Form

    /// Trends.
    public enum Trend: Sendable, Equatable {
      /// No trend.
      case none
      /// A linear trend.
      case additive
      /// A damped linear trend.
      case damped
    }

    /// Makes a form.
    public init(multiplicativeError: Bool = false, trend: Trend = .none, season: Seasonality.Form = .none) {
      self.multiplicativeError = multiplicativeError
      self.trend = trend
      self.season = season
    }

    /// The usual short name, as `ETS(A,Ad,M)`.
    public var name: String {
      let trendName = trend == .none ? "N" : trend == .additive ? "A" : "Ad"
      let seasonName = season == .none ? "N" : season == .additive ? "A" : "M"
      return "ETS(\(multiplicativeError ? "M" : "A"),\(trendName),\(seasonName))"
    }
  }

  /// The name of the model.
  public let name: String
  /// The forms that are tried; `nil` for the automatic list.
  public let forms: [Form]?
  /// Largest number of evaluations of the likelihood for each form.
  public let evaluations: Int
  /// Largest number of further evaluations for the two best of given forms, with the first states estimated too. The automatic
  /// choice leaves the decomposed states: on the M3 series they forecast better than likelier ones.
  public let refinements: Int

  /// The model with automatic choice, or with a choice among given forms.
  public init(forms: [Form]? = nil, name: String = "ETS", evaluations: Int = 70, refinements: Int = 200) {
    self.forms = forms
    self.name = name
    self.evaluations = evaluations
    self.refinements = refinements
  }

  /// Simple exponential smoothing.
  public static let simple = ExponentialSmoothing(forms: [Form()], name: "SES")
  /// Holt's linear trend.
  public static let holt = ExponentialSmoothing(forms: [Form(trend: .additive)], name: "Holt")
  /// Holt's trend, damped.
  public static let dampedHolt = ExponentialSmoothing(forms: [Form(trend: .damped)], name: "DampedHolt")
  /// Holt–Winters with damped trend and additive season.
  public static let dampedHoltWinters = ExponentialSmoothing(
    forms: [Form(trend: .damped, season: .additive)], name: "DampedHoltWinters")

  /// Fits and forecasts; needs four values, and two seasons and one value for a seasonal form.
  public func fit(_ values: [Double], season: Int, horizon: Int) throws(ModelFailure) -> ModelFit {
    let n = values.count
    guard n >= 4 else { throw .tooShort(n, needs: 4) }
    let positive = values.allSatisfy { $0 > 0 }
    let seasonal = season > 1 && n > 2 * season
    let candidates = (forms ?? Self.automatic(values, season: season)).filter {
      (seasonal || $0.season == .none) && (positive || (!$0.multiplicativeError && $0.season != .multiplicative))
    }
    var fits = candidates.map { SmoothingFit(values, season: season, form: $0, evaluations: evaluations) }
      .filter { $0.criterion.isFinite }
    fits.sort { $0.criterion < $1.criterion }
    if forms != nil { for k in fits.indices.prefix(2) { fits[k].refine(evaluations: refinements) } }
    guard !fits.isEmpty else {
      throw ModelFailure(candidates.isEmpty ? "no form applies" : "no form converged")
    }
    return ModelFit.average(fits.map { fit in (fit.criterion, { fit.modelFit(name: name, horizon: horizon) }) })
  }

  /// The forms worth trying: without season where the autocorrelation shows none; relative errors go with multiplied seasons.
  static func automatic(_ values: [Double], season: Int) -> [Form] {
    let seasonal = season > 1 && values.count > 2 * season
    guard seasonal, Seasonality.isSeasonal(values, season: season) else {
      return [Form(), Form(trend: .additive), Form(trend: .damped)]
    }
    return [
      Form(season: .additive), Form(trend: .damped, season: .additive),
      Form(multiplicativeError: true, season: .multiplicative),
      Form(multiplicativeError: true, trend: .damped, season: .multiplicative),
    ]
  }
}
