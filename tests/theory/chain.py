"""The chain [g, g_b] of the paper's Definitions 1-2, written out; knows nothing of geneticgan.

States are the bit strings of a length, numbered by their value in binary. A fitness is an array
with a value for each state, to be maximised (the paper's f is minus it).
"""

import itertools

import numpy as np


def bit_strings(length):
    """Every state's bits, most significant first: shape (2^length, length)."""
    return np.array(list(itertools.product((0, 1), repeat=length)))


def random_fitness(length, seed):
    """Independent standard normal values, so no two states tie."""
    return np.random.default_rng(seed).standard_normal(2**length)


def flips(length, probability=None):
    """Proposal matrix of bit-flip mutation; symmetric.

    With a probability every bit is flipped independently, which reaches every state in one step
    and so leaves no local optimum. With none, one bit is flipped, each as likely.
    """
    bits = bit_strings(length)
    distance = np.abs(bits[:, None] - bits[None]).sum(2)
    if probability is None:
        return (distance == 1) / length
    return probability**distance * (1 - probability) ** (length - distance)


def best_of_brood(proposal, fitness, brood):
    """F_gen, eqs. 5-8: row g is the distribution of g_best, summed over every possible brood."""
    size = len(fitness)
    broods = np.array(list(itertools.product(range(size), repeat=brood)))
    best = broods[np.arange(len(broods)), fitness[broods].argmax(1)]  # the first of equals
    return np.stack([np.bincount(best, row[broods].prod(1), size) for row in proposal])


def acceptance(fitness, temperature):
    """P(exp(-Delta / T) >= gamma) of eq. 9 for Delta = F(row) - F(column), gamma uniform."""
    loss = fitness[:, None] - fitness[None]
    if temperature == 0:
        return (loss <= 0).astype(float)
    return np.exp(-np.maximum(loss, 0) / temperature)


def transitions(generation, accept):
    """Transition matrix of g alone: a rejected g_best leaves g where it is."""
    moves = generation * accept
    return moves + np.diag(1 - moves.sum(1))


def pairs(fitness):
    """The states [g, g_b] that can occur, in which g_b is at least as fit as g."""
    states = range(len(fitness))
    return [(g, b) for g in states for b in states if fitness[b] >= fitness[g]]


def pair_transitions(fitness, generation, accept):
    """Transition matrix of [g, g_b] in the order of `pairs`: F = F_upd(F_gen), eqs. 9-10."""
    known = pairs(fitness)
    number = {pair: row for row, pair in enumerate(known)}
    matrix = np.zeros((len(known), len(known)))
    for row, (g, b) in enumerate(known):
        for best in range(len(fitness)):
            better = best if fitness[best] > fitness[b] else b  # g'_b; of equals the older stays
            probability, accepted = generation[g, best], accept[g, best]
            if probability * accepted:
                matrix[row, number[best, better]] += probability * accepted
            if probability * (1 - accepted):
                matrix[row, number[g, better]] += probability * (1 - accepted)
    return matrix


def gibbs(fitness, temperature):
    """The Gibbs distribution, proportional to exp(F / T)."""
    weights = np.exp((fitness - fitness.max()) / temperature)
    return weights / weights.sum()


def stationary(matrix):
    """The distribution that an irreducible chain leaves unchanged."""
    size = len(matrix)
    equations = np.vstack([matrix.T - np.eye(size), np.ones(size)])
    return np.linalg.lstsq(equations, np.append(np.zeros(size), 1), rcond=None)[0]


def depths(proposal, fitness):
    """How far one must descend from each state to get to a better one (Hajek 1988); 0 at the top.

    The pass between two states is the best over all paths of the worst fitness on the path.
    """
    passes = np.where(proposal > 0, np.minimum(fitness[:, None], fitness[None]), -np.inf)
    np.fill_diagonal(passes, fitness)
    for via in range(len(fitness)):  # Floyd and Warshall, with (max, min) for (min, +)
        passes = np.maximum(passes, np.minimum(passes[:, via, None], passes[via]))
    found = np.zeros(len(fitness))
    for state in np.flatnonzero(fitness < fitness.max()):
        found[state] = fitness[state] - passes[state, fitness > fitness[state]].max()
    return found


def anneal(fitness, generation, temperatures, moments):
    """Distribution of g at the given moments, from a uniform start: a product of matrices."""
    loss = np.maximum(fitness[:, None] - fitness[None], 0)
    states = np.arange(len(fitness))
    present = np.full(len(fitness), 1 / len(fitness))
    seen, moment = {}, 0
    for part in np.array_split(np.asarray(temperatures), len(temperatures) // 5000 + 1):
        matrices = generation * np.exp(-loss / part[:, None, None])
        matrices[:, states, states] += 1 - matrices.sum(2)
        for matrix in matrices:
            present = present @ matrix
            moment += 1
            if moment in moments:
                seen[moment] = present
    return seen
