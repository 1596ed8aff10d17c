package es

import (
	"context"
	"strconv"
	"sync"
)

// Keyed lets ids follow from the key of a command: those that IDFrom gives, and those of the events
// appended under the context. The command told again with the same key makes the same ids, so that
// what its first run appended is not appended twice; again says that there may have been one.
func Keyed(ctx context.Context, key string, again bool) context.Context {
	return context.WithValue(ctx, keyedKey, &keyed{key: key, again: again, count: map[string]int{}})
}

// IDFrom makes an id for something new: it follows from the command's key if it has one, and is as
// good as NewID otherwise.
func IDFrom(ctx context.Context) string {
	k, ok := ctx.Value(keyedKey).(*keyed)
	if !ok {
		return NewID()
	}
	return k.id("")
}

// keyed counts what was made under a key, so that each thing gets its own id.
type keyed struct {
	key   string
	again bool
	mu    sync.Mutex
	count map[string]int
}

// id of the next thing of a kind.
func (k *keyed) id(kind string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.count[kind]++
	return DerivedID("keyed", k.key, kind, strconv.Itoa(k.count[kind]))
}

// drop gives the last id of a kind back: nothing was made with it.
func (k *keyed) drop(kind string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.count[kind]--
}
