"""Textbook algorithms on graphs, grids and boards as plain Python loops."""
# ruff: noqa: B007, SIM102 - the kernels are written as users write them

import numpy as np

import numeta as nm
from numeta.testing import same_as_python

from .cases import Cases

case = Cases()
FAR = 10**6


def graph(n=6):
    """Two components: a ring with weights, and the last node alone."""
    a = np.full((n, n), FAR)
    for i in range(n - 1):
        a[i, i] = 0
        if n > 2:
            a[i, (i + 1) % (n - 1)] = i + 1
            a[(i + 1) % (n - 1), i] = 2 * i + 1
    a[n - 1, n - 1] = 0
    return a


def grid(*rows):
    return np.array([[int(c) for c in row] for row in rows], "i4")


def work(*shape):
    return np.zeros(shape, "i8")


GLIDER = grid("010000", "001000", "111000", "000000", "000000")


@case((graph(),), (graph(1),), (graph(3),))
@nm.jit
def floyd_warshall(d: nm.i8[:, :]) -> None:
    n = d.shape[0]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if d[i, k] + d[k, j] < d[i, j]:
                    d[i, j] = d[i, k] + d[k, j]


@case((graph(), 0, work(6), np.zeros(6, bool)), (graph(), 5, work(6), np.zeros(6, bool)))
@case((graph(1), 0, work(1), np.zeros(1, bool)))
@nm.jit
def dijkstra(w: nm.i8[:, :], source: int, distance: nm.i8[:], done: nm.b1[:]) -> None:
    n = len(distance)
    for i in range(n):
        distance[i] = FAR
    distance[source] = 0
    for _ in range(n):
        nearest = -1
        for i in range(n):
            if not done[i] and (nearest < 0 or distance[i] < distance[nearest]):
                nearest = i
        if distance[nearest] == FAR:
            break
        done[nearest] = True
        for i in range(n):
            if w[nearest, i] < FAR and distance[nearest] + w[nearest, i] < distance[i]:
                distance[i] = distance[nearest] + w[nearest, i]


@case((np.array([0, 1, 2, 0]), np.array([1, 2, 3, 3]), np.array([4, -3, 2, 9]), work(4)))
@case((np.array([0, 1]), np.array([1, 0]), np.array([1, -2]), work(2)))
@nm.jit
def bellman_ford(u: nm.i8[:], v: nm.i8[:], w: nm.i8[:], distance: nm.i8[:]) -> bool:
    for i in range(1, len(distance)):
        distance[i] = FAR
    for trip in range(len(distance)):
        changed = False
        for a, b, c in zip(u, v, w, strict=True):
            if distance[a] + c < distance[b]:
                distance[b] = distance[a] + c
                changed = True
        if not changed:
            return True
    return False


@case(
    (graph(), 0, work(6), work(6)), (graph(), 5, work(6), work(6)), (graph(1), 0, work(1), work(1))
)
@nm.jit
def breadth_first(w: nm.i8[:, :], source: int, level: nm.i8[:], queue: nm.i8[:]) -> int:
    n = len(level)
    for i in range(n):
        level[i] = -1
    head, tail = 0, 1
    queue[0] = source
    level[source] = 0
    while head < tail:
        node = queue[head]
        head += 1
        for i in range(n):
            if 0 < w[node, i] < FAR and level[i] < 0:
                level[i] = level[node] + 1
                queue[tail] = i
                tail += 1
    return tail


@case((graph(), work(6), work(60)), (graph(1), work(1), work(4)))
@nm.jit
def connected_components(w: nm.i8[:, :], label: nm.i8[:], stack: nm.i8[:]) -> int:
    n = len(label)
    count = 0
    for start in range(n):
        if label[start] != 0:
            continue
        count += 1
        stack[0] = start
        top = 1
        while top > 0:
            top -= 1
            node = stack[top]
            if label[node]:
                continue
            label[node] = count
            for i in range(n):
                if w[node, i] < FAR and not label[i]:
                    stack[top] = i
                    top += 1
    return count


def root_of(parent, x):
    root = x
    while parent[root] != root:
        root = parent[root]
    while parent[x] != root:
        parent[x], x = root, parent[x]
    return root


@case((np.array([0, 1, 3, 0]), np.array([1, 2, 4, 2]), work(6)), (work(0), work(0), work(3)))
@nm.jit
def union_find(u: nm.i8[:], v: nm.i8[:], parent: nm.i8[:]) -> int:
    for i in range(len(parent)):
        parent[i] = i
    sets = len(parent)
    for k in range(len(u)):
        a = root_of(parent, u[k])
        b = root_of(parent, v[k])
        if a != b:
            parent[b] = a
            sets -= 1
    return sets


@case((graph(), work(6), np.zeros(6, bool)), (graph(1), work(1), np.zeros(1, bool)))
@nm.jit
def prim(w: nm.i8[:, :], best: nm.i8[:], used: nm.b1[:]) -> int:
    n = len(best)
    total = 0
    for i in range(n):
        best[i] = FAR
    best[0] = 0
    for _ in range(n):
        k = -1
        for i in range(n):
            if not used[i]:
                if k == -1 or best[i] < best[k]:
                    k = i
        used[k] = True
        total += int(best[k])
        for i in range(n):
            if not used[i] and w[k, i] < best[i]:
                best[i] = w[k, i]
    return total


@case((np.array([[0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]]), work(4), work(4)))
@case((np.array([[0, 1], [1, 0]]), work(2), work(2)))
@nm.jit
def topological_order(edge: nm.i8[:, :], degree: nm.i8[:], order: nm.i8[:]) -> bool:
    n = len(order)
    for i in range(n):
        for j in range(n):
            degree[j] += edge[i, j]
    tail = 0
    for i in range(n):
        if degree[i] == 0:
            order[tail] = i
            tail += 1
    head = 0
    while head < tail:
        node = order[head]
        head += 1
        for j in range(n):
            if edge[node, j]:
                degree[j] -= 1
                if degree[j] == 0:
                    order[tail] = j
                    tail += 1
    return tail == n


@case((GLIDER, GLIDER * 0, 4), (GLIDER, GLIDER * 0, 0), (grid("1"), grid("0"), 1))
@nm.jit
def game_of_life(cells: nm.i4[:, :], following: nm.i4[:, :], generations: int) -> int:
    rows, columns = cells.shape
    for _ in range(generations):
        for i in range(rows):
            for j in range(columns):
                neighbours = 0
                for di in (-1, 0, 1):
                    for dj in (-1, 0, 1):
                        if di == 0 and dj == 0:
                            continue
                        neighbours += int(cells[(i + di) % rows, (j + dj) % columns])
                if neighbours == 3 or (neighbours == 2 and cells[i, j] == 1):
                    following[i, j] = 1
                else:
                    following[i, j] = 0
        for i in range(rows):
            for j in range(columns):
                cells[i, j] = following[i, j]
    alive = 0
    for row in range(rows):
        for column in range(columns):
            alive += int(cells[row, column])
    return alive


IMAGE = grid("11011", "10001", "11011")


@case((IMAGE, 0, 0, 7, work(60)), (IMAGE, 1, 2, 7, work(60)), (IMAGE, 0, 0, 1, work(60)))
@nm.jit
def flood_fill(image: nm.i4[:, :], i: int, j: int, colour: int, stack: nm.i8[:]) -> int:
    old = int(image[i, j])
    if old == colour:
        return 0
    filled = 0
    stack[0], stack[1] = i, j
    top = 2
    while top > 0:
        top -= 2
        i, j = stack[top], stack[top + 1]
        if i < 0 or i >= image.shape[0] or j < 0 or j >= image.shape[1]:
            continue
        if image[i, j] != old:
            continue
        image[i, j] = colour
        filled += 1
        for di, dj in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            stack[top] = i + di
            stack[top + 1] = j + dj
            top += 2
    return filled


@case((grid("0000", "1101", "0000", "0111", "0000"), work(20), work(5, 4)))
@case((grid("01", "10"), work(4), work(2, 2)))
@nm.jit
def way_through_a_maze(maze: nm.i4[:, :], queue: nm.i8[:], steps: nm.i8[:, :]) -> int:
    rows, columns = maze.shape
    for i in range(rows):
        for j in range(columns):
            steps[i, j] = -1
    steps[0, 0] = 0
    queue[0] = 0
    head, tail = 0, 1
    while head < tail:
        i, j = divmod(int(queue[head]), columns)
        head += 1
        if i == rows - 1 and j == columns - 1:
            return int(steps[i, j])
        for di, dj in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            p, q = i + di, j + dj
            if 0 <= p < rows and 0 <= q < columns and not maze[p, q] and steps[p, q] < 0:
                steps[p, q] = steps[i, j] + 1
                queue[tail] = p * columns + q
                tail += 1
    return -1


@case((6, work(6)), (5, work(5)), (1, work(1)), (3, work(3)))
@nm.jit
def queens_by_backtracking(n: int, queen: nm.i8[:]) -> int:
    count = row = 0
    queen[0] = -1
    while row >= 0:
        queen[row] += 1
        if queen[row] >= n:
            row -= 1
            continue
        safe = True
        for k in range(row):
            if queen[k] == queen[row] or abs(queen[k] - queen[row]) == row - k:
                safe = False
                break
        if not safe:
            continue
        if row == n - 1:
            count += 1
        else:
            row += 1
            queen[row] = -1
    return count


@case((6, np.zeros(6, bool), np.zeros(11, bool), np.zeros(11, bool), work(6)))
@nm.jit
def first_placing_of_queens(
    n: int, column: nm.b1[:], rising: nm.b1[:], falling: nm.b1[:], queen: nm.i8[:]
) -> bool:
    row, k = 0, 0
    while row < n:
        while k < n:
            if not (column[k] or rising[row + k] or falling[row - k + n - 1]):
                break
            k += 1
        if k < n:
            queen[row] = k
            column[k] = rising[row + k] = falling[row - k + n - 1] = True
            row += 1
            k = 0
        else:
            row -= 1
            if row < 0:
                return False
            k = int(queen[row])
            column[k] = rising[row + k] = falling[row - k + n - 1] = False
            k += 1
    return True


@case((4, work(3), work(3, 8)), (1, work(3), work(3, 8)), (0, work(3), work(3, 8)))
@nm.jit
def towers_of_hanoi(n: int, height: nm.i8[:], peg: nm.i8[:, :]) -> int:
    for disc in range(n, 0, -1):
        peg[0, height[0]] = disc
        height[0] += 1
    moves = 0
    while height[2 if n % 2 else 1] < n:
        for p, q in ((0, 2), (0, 1), (1, 2)):
            if height[2 if n % 2 else 1] == n:
                break
            a = peg[p, height[p] - 1] if height[p] > 0 else 99
            b = peg[q, height[q] - 1] if height[q] > 0 else 99
            if a > b:
                p, q = q, p
            height[p] -= 1
            peg[q, height[q]] = peg[p, height[p]]
            height[q] += 1
            moves += 1
    return moves


@case((np.sin(np.arange(10.0)).reshape(5, 2), np.cos(np.arange(4.0)).reshape(2, 2), work(5)))
@case((np.zeros((3, 1)), np.zeros((2, 1)), work(3)))
@nm.jit
def k_means_assignment(points: nm.f8[:, :], centres: nm.f8[:, :], label: nm.i8[:]) -> nm.f8:
    inertia = 0.0
    for i in range(points.shape[0]):
        best, nearest = 1e300, -1
        for c in range(centres.shape[0]):
            d = 0.0
            for k in range(points.shape[1]):
                t = points[i, k] - centres[c, k]
                d += t * t
            if d < best:
                best, nearest = d, c
        label[i] = nearest
        inertia += best
    return inertia


@case((work(7), 20, 30), (work(3), 5, 90))
@nm.jit
def elementary_automaton(cells: nm.i8[:], steps: int, rule: int) -> int:
    n = len(cells)
    cells[n // 2] = 1
    for _ in range(steps):
        before, first = int(cells[n - 1]), int(cells[0])
        for i in range(n):
            after = int(cells[i + 1]) if i + 1 < n else first
            here = int(cells[i])
            cells[i] = (rule >> (4 * before + 2 * here + after)) & 1
            before = here
    code = 0
    for x in cells:
        code = 2 * code + int(x)
    return code


@case((np.array([[2, 1, 3], [6, 5, 4], [7, 8, 9]]),), (work(1, 1),))
@nm.jit
def cheapest_falling_path(a: nm.i8[:, :]) -> int:
    rows, columns = a.shape
    for i in range(1, rows):
        for j in range(columns):
            best = a[i - 1, j]
            if j > 0 and a[i - 1, j - 1] < best:
                best = a[i - 1, j - 1]
            if j < columns - 1 and a[i - 1, j + 1] < best:
                best = a[i - 1, j + 1]
            a[i, j] += best
    best = a[rows - 1, 0]
    for j in range(1, columns):
        best = min(best, a[rows - 1, j])
    return best


@case((np.arange(12).reshape(3, 4), work(12)), (work(1, 1), work(1)), (work(1, 4), work(4)))
@nm.jit
def spiral_order(a: nm.i8[:, :], out: nm.i8[:]) -> int:
    top, left = 0, 0
    bottom, right = a.shape[0] - 1, a.shape[1] - 1
    k = 0
    while top <= bottom and left <= right:
        for j in range(left, right + 1):
            out[k] = a[top, j]
            k += 1
        top += 1
        for i in range(top, bottom + 1):
            out[k] = a[i, right]
            k += 1
        right -= 1
        if top <= bottom:
            for j in range(right, left - 1, -1):
                out[k] = a[bottom, j]
                k += 1
            bottom -= 1
        if left <= right:
            for i in range(bottom, top - 1, -1):
                out[k] = a[i, left]
                k += 1
            left += 1
    return k


@case.each
def test_an_algorithm_on_graphs_and_grids(kernel, args):
    same_as_python(kernel, *args)
