"""Calls the call sites of scikit-learn, SciPy, pandas, NumPy and random that draw, each on a line of its own."""

import random

import numpy as np
import pandas as pd
import scipy.cluster.vq
import scipy.optimize
import scipy.stats
from sklearn import cluster, datasets, decomposition, ensemble, feature_selection, gaussian_process, linear_model
from sklearn import manifold, mixture, model_selection, multioutput, neighbors, neural_network, preprocessing, svm, tree
from sklearn import covariance, dummy, inspection, kernel_approximation, metrics, multiclass, random_projection, utils
from sklearn.cluster import _kmeans
from sklearn.ensemble._hist_gradient_boosting.binning import _BinMapper
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.feature_extraction.image import extract_patches_2d
from sklearn.impute import IterativeImputer
from sklearn.utils.extmath import randomized_svd, randomized_range_finder
from sklearn.utils.random import _random_choice_csc

from numpy_arguments import LEGACY, MODERN, PYTHON
from roles_cases import Cases

n, d = 60, 8
X = np.abs(np.sin(np.arange(n * d) ** 2.0)).reshape(n, d)
y = (np.arange(n) * 7 % 3).astype(int)
b = (y > 0).astype(int)
t = X @ np.cos(np.arange(d)) + np.sin(np.arange(n))
Y = np.stack([b, y % 2, 1 - b], axis=1)
gaps = np.where(X > 0.9, np.nan, X)
net = dict(hidden_layer_sizes=(4,), max_iter=2)
cases = Cases()


# fmt: off
# split
cases.add(
    lambda: model_selection.train_test_split(X),
    lambda: list(model_selection.KFold(3, shuffle=True).split(X, y)),
    lambda: list(model_selection.GroupKFold(3, shuffle=True).split(X, y, np.arange(n) // 5)),
    lambda: list(model_selection.StratifiedKFold(3, shuffle=True).split(X, y)),
    lambda: list(model_selection.StratifiedGroupKFold(3, shuffle=True).split(X, y, np.arange(n) // 5)),
    lambda: list(model_selection.RepeatedKFold(n_splits=3, n_repeats=2).split(X, y)),
    lambda: list(model_selection.RepeatedStratifiedKFold(n_splits=3, n_repeats=2).split(X, y)),
    lambda: list(model_selection.ShuffleSplit(2).split(X, y)),
    lambda: list(model_selection.GroupShuffleSplit(2).split(X, y, np.arange(n) // 5)),
    lambda: list(model_selection.StratifiedShuffleSplit(2).split(X, y)),
    lambda: model_selection.cross_val_predict(tree.DecisionTreeClassifier(), X, y, cv=model_selection.KFold(3, shuffle=True)),
    lambda: linear_model.SGDClassifier(max_iter=2, early_stopping=True, shuffle=False).fit(X, y).coef_,
    lambda: ensemble.HistGradientBoostingClassifier(max_iter=2, early_stopping=True).fit(X, y).predict_proba(X),
    lambda: pd.DataFrame(X).sample(9).index.to_numpy(),
    lambda: pd.DataFrame(X).groupby(y).sample(3).index.to_numpy(),
)
# init
cases.add(
    lambda: neural_network.MLPClassifier(shuffle=False, **net).fit(X, y).coefs_,
    lambda: neural_network.MLPRegressor(shuffle=False, early_stopping=True, **net).fit(X, t).coefs_,
    lambda: cluster.KMeans(4, n_init=1, max_iter=1).fit(X).cluster_centers_,
    lambda: cluster.KMeans(4, n_init=1, max_iter=1, init="random").fit(X).cluster_centers_,
    lambda: cluster.kmeans_plusplus(X, 4),
    lambda: _kmeans.KMeans(4)._init_centroids(X, None, "random", np.random.mtrand._rand, np.ones(n)),
    lambda: cluster.BisectingKMeans(4, max_iter=1).fit(X).cluster_centers_,
    lambda: cluster.SpectralClustering(4, n_init=1).fit(X).labels_,
    lambda: mixture.GaussianMixture(3, max_iter=1, init_params="random").fit(X).means_,
    lambda: mixture.BayesianGaussianMixture(n_components=3, max_iter=1, init_params="random").fit_predict(X),
    lambda: decomposition.NMF(2, init="random", max_iter=2).fit(X).components_,
    lambda: decomposition.non_negative_factorization(X, n_components=2, init="random", max_iter=2)[:2],
    lambda: decomposition.MiniBatchNMF(2, init="random", max_iter=2).fit(X).components_,
    lambda: decomposition.FastICA(2, max_iter=2).fit(X).components_,
    lambda: decomposition.DictionaryLearning(2, max_iter=1, fit_algorithm="cd").fit(X).components_,
    lambda: decomposition.SparsePCA(2, max_iter=1, method="cd").fit(X).components_,
    lambda: decomposition.LatentDirichletAllocation(2, max_iter=2).fit(X).components_,
    lambda: manifold.TSNE(init="random", max_iter=250, perplexity=5).fit(X[:12]).embedding_,
    lambda: manifold.MDS(n_init=1, max_iter=2, init="random").fit(X[:12]).embedding_,
    lambda: manifold.smacof(metrics.pairwise_distances(X[:12]), n_init=1, max_iter=2)[0],
    lambda: manifold.SpectralEmbedding(2).fit(X).embedding_,
    lambda: manifold.spectral_embedding(np.exp(-metrics.pairwise_distances(X)), eigen_solver="lobpcg"),
    lambda: neighbors.NeighborhoodComponentsAnalysis(2, init="random", max_iter=2).fit(X, y).components_,
    lambda: gaussian_process.GaussianProcessRegressor(n_restarts_optimizer=2).fit(X, t).log_marginal_likelihood_value_,
    lambda: decomposition.TruncatedSVD(2, algorithm="arpack").fit(X).components_,
    lambda: decomposition.PCA(2, svd_solver="arpack").fit(X).components_,
    lambda: scipy.cluster.vq.kmeans2(X, 3, minit="random", iter=1),
    lambda: scipy.cluster.vq.kmeans(X, 3, iter=1, thresh=9.0),
)
# shuffle
cases.add(
    lambda: utils.shuffle(X),
    lambda: neural_network.MLPClassifier(solver="sgd", batch_size=9, **net).fit(X, y).coefs_,
    lambda: neural_network.BernoulliRBM(3, n_iter=2).fit(X).components_,
    lambda: linear_model.SGDClassifier(max_iter=2).fit(X, y).coef_,
    lambda: linear_model.SGDRegressor(max_iter=2).fit(X, t).coef_,
    lambda: linear_model.SGDOneClassSVM(max_iter=2).fit(X).coef_,
    lambda: linear_model.ElasticNet(alpha=0.01, selection="random", max_iter=2).fit(X, t).coef_,
    lambda: linear_model.enet_path(X, t, alphas=[0.01], selection="random", max_iter=2)[1],
    lambda: linear_model.MultiTaskElasticNet(alpha=0.01, selection="random", max_iter=2).fit(X, Y).coef_,
    lambda: linear_model.LogisticRegression(solver="saga", max_iter=2).fit(X, y).coef_,
    lambda: linear_model.Ridge(solver="sag", max_iter=2).fit(X, t).coef_,
    lambda: svm.SVC(probability=True).fit(X, y).predict_proba(X),
    lambda: svm.LinearSVC(dual=True, max_iter=2).fit(X, y).coef_,
    lambda: svm.LinearSVR(dual=True, max_iter=2).fit(X, t).coef_,
    lambda: cluster.MiniBatchKMeans(4, n_init=1, max_iter=1, batch_size=9, init=X[:4]).fit(X).cluster_centers_,
    lambda: cluster.MiniBatchKMeans(4, n_init=1, max_iter=1, batch_size=9).fit(X).cluster_centers_,
    lambda: decomposition.MiniBatchDictionaryLearning(2, max_iter=2).fit(X).components_,
    lambda: decomposition.LatentDirichletAllocation(2, max_iter=2, learning_method="online", batch_size=9).fit(X).components_,
    lambda: multioutput.ClassifierChain(tree.DecisionTreeClassifier(max_features=d, max_depth=1), order="random").fit(X, (X > 0.5).astype(int)).order_,
)
# sampling
cases.add(
    lambda: dummy.DummyClassifier(strategy="uniform").fit(X, y).predict(X),
    lambda: utils.resample(X),
    lambda: _random_choice_csc(9, [np.array([0, 1])]),
    lambda: randomized_range_finder(X, size=3, n_iter=1),
    lambda: randomized_svd(X, 2, n_iter=0, n_oversamples=1),
    lambda: decomposition.PCA(2, svd_solver="randomized", iterated_power=0, n_oversamples=1).fit(X).components_,
    lambda: decomposition.TruncatedSVD(2, n_iter=1, n_oversamples=1).fit(X).components_,
    lambda: random_projection.GaussianRandomProjection(2).fit(X).components_,
    lambda: random_projection.SparseRandomProjection(2).fit(X).components_,
    lambda: kernel_approximation.RBFSampler(n_components=4).fit(X).random_weights_,
    lambda: kernel_approximation.Nystroem(n_components=4).fit(X).components_,
    lambda: kernel_approximation.SkewedChi2Sampler(n_components=4).fit(X).random_weights_,
    lambda: kernel_approximation.PolynomialCountSketch(n_components=4).fit(X).indexHash_,
    lambda: extract_patches_2d(X, (3, 3), max_patches=4),
    lambda: feature_selection.mutual_info_classif(np.round(X * 40), y, discrete_features=False),
    lambda: preprocessing.QuantileTransformer(n_quantiles=9, subsample=20).fit(X).quantiles_,
    lambda: _BinMapper(n_bins=9, subsample=20).fit(X).bin_thresholds_,
    lambda: metrics.silhouette_score(X, y, sample_size=20),
    lambda: IterativeImputer(sample_posterior=True, max_iter=1).fit_transform(gaps),
    lambda: covariance.MinCovDet(support_fraction=0.6).fit(X).raw_location_,
    lambda: covariance.fast_mcd(X, support_fraction=0.6)[0],
    lambda: linear_model.RANSACRegressor(max_trials=1, min_samples=9, residual_threshold=0.3).fit(X, t).inlier_mask_,
    lambda: linear_model.TheilSenRegressor(max_subpopulation=20, max_iter=2).fit(X, t).coef_,
    lambda: linear_model.Lars(jitter=0.1).fit(X, t).coef_,
    lambda: multiclass.OutputCodeClassifier(tree.DecisionTreeClassifier(max_depth=1)).fit(X, y).code_book_,
    lambda: neighbors.KernelDensity().fit(X).sample(3),
    lambda: gaussian_process.GaussianProcessRegressor(optimizer=None).fit(X, t).sample_y(X[:3], random_state=None),
    lambda: cluster.estimate_bandwidth(X, n_samples=20, quantile=0.3),
    lambda: cluster.SpectralCoclustering(2).fit(X).column_labels_,
    lambda: datasets.make_classification(20),
    lambda: datasets.make_multilabel_classification(9),
    lambda: datasets.make_hastie_10_2(9),
    lambda: datasets.make_regression(9),
    lambda: datasets.make_circles(9),
    lambda: datasets.make_moons(9, noise=0.1),
    lambda: datasets.make_blobs(9),
    lambda: datasets.make_friedman1(9),
    lambda: datasets.make_friedman2(9),
    lambda: datasets.make_friedman3(9),
    lambda: datasets.make_low_rank_matrix(9, 9),
    lambda: datasets.make_sparse_coded_signal(9, n_components=4, n_features=4, n_nonzero_coefs=2),
    lambda: datasets.make_sparse_uncorrelated(9),
    lambda: datasets.make_spd_matrix(4),
    lambda: datasets.make_sparse_spd_matrix(9, alpha=0.5),
    lambda: datasets.make_swiss_roll(9),
    lambda: datasets.make_s_curve(9),
    lambda: datasets.make_gaussian_quantiles(n_samples=9),
    lambda: datasets.make_biclusters((9, 9), 2, noise=1.0),
    lambda: datasets.make_checkerboard((9, 9), 2, noise=1.0),
    lambda: scipy.stats.norm.rvs(size=3),
    lambda: scipy.stats.multivariate_normal.rvs([0, 0], size=3),
    lambda: scipy.stats.gaussian_kde(t).resample(3),
)
made = mixture.GaussianMixture(2, max_iter=1)
made.weights_, made.means_, made.covariances_ = np.ones(2) / 2, X[:2], np.stack([np.eye(d)] * 2)
cases.add(lambda: made.sample(3))
# bootstrap
cases.add(
    lambda: ensemble.RandomForestClassifier(3, max_depth=2).fit(X, y).estimators_,
    lambda: ensemble.ExtraTreesRegressor(3, max_depth=2, n_jobs=2).fit(X, t).estimators_,
    lambda: ensemble.RandomTreesEmbedding(3, max_depth=2).fit_transform(X),
    lambda: ensemble.BaggingClassifier(tree.DecisionTreeClassifier(max_depth=2), 3).fit(X, y).estimators_samples_,
    lambda: ensemble.GradientBoostingClassifier(n_estimators=2, max_features=2).fit(X, y).predict_proba(X),
    lambda: ensemble.GradientBoostingClassifier(n_estimators=2, subsample=0.5).fit(X, y).predict_proba(X),
    lambda: ensemble.HistGradientBoostingClassifier(max_iter=2, max_features=0.3).fit(X, y).predict_proba(X),
    lambda: ensemble.AdaBoostClassifier(tree.DecisionTreeClassifier(max_depth=1, max_features=2), n_estimators=2).fit(X, y).predict_proba(X),
    lambda: ensemble.IsolationForest(n_estimators=3, max_samples=20).fit(X).score_samples(X),
    lambda: tree.DecisionTreeClassifier(max_features=2, max_depth=2).fit(X, y),
    lambda: tree.ExtraTreeRegressor(max_depth=2).fit(X, t),
    lambda: model_selection.permutation_test_score(tree.DecisionTreeClassifier(max_features=d, max_depth=1), X, y, n_permutations=9)[1],
    lambda: scipy.stats.bootstrap((t,), np.mean, n_resamples=9).bootstrap_distribution,
    lambda: scipy.stats.permutation_test((t[:9], t[9:20]), lambda a, b, axis: a.mean(axis) - b.mean(axis), n_resamples=9, vectorized=True).null_distribution,
    lambda: scipy.stats.monte_carlo_test(t, scipy.stats.norm.rvs, np.mean, n_resamples=9).null_distribution,
)
fitted = tree.DecisionTreeClassifier(max_depth=2).fit(X, b)
cases.add(lambda: inspection.permutation_importance(fitted, X, b, n_repeats=2).importances)
# hpo
cases.add(
    lambda: list(model_selection.ParameterSampler({"a": scipy.stats.uniform(0, 1)}, 3)),
    lambda: scipy.optimize.differential_evolution(lambda x: (x**2).sum(), [(-1, 1)] * 2, maxiter=2, polish=False).x,
    lambda: scipy.optimize.dual_annealing(lambda x: (x**2).sum(), [(-1, 1)] * 2, maxiter=2, no_local_search=True).x,
    lambda: scipy.optimize.basinhopping(lambda x: np.sin(9 * x).sum(), [0.3], niter=2).x,
)
# fmt: on
# what the program draws itself
for name, given in LEGACY.items():
    if name == "tomaxint":
        continue
    cases.put(f"numpy.random.{name}", lambda: getattr(np.random, name)(*given))
state = np.random.RandomState()
for name, given in LEGACY.items():
    if name not in ("ranf", "sample"):
        cases.put(f"numpy.random.RandomState.{name}", lambda: getattr(state, name)(*given))
rng = np.random.default_rng()
for name, given in MODERN.items():
    cases.put(f"numpy.random.Generator.{name}", lambda: getattr(rng, name)(*given))
own = random.Random()
for name, given in PYTHON.items():
    cases.put(f"random.{name}", lambda: getattr(random, name)(*given))
    cases.put(f"random.Random.{name}", lambda: getattr(own, name)(*given))
shuffling = {"numpy.random": np.random, "numpy.random.RandomState": state, "numpy.random.Generator": rng}
for name, draw in {**shuffling, "random": random, "random.Random": own}.items():
    order = list(range(20))
    cases.put(f"{name}.shuffle", lambda: (draw.shuffle(order), order))
cases.print()
