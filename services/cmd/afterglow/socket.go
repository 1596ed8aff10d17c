package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/afterglow-live/afterglow/pkg/local"
)

// The nats-server of an installation listens to no network. Other commands on the same machine
// reach it through a socket in the data folder, which only its owner can open.
const socketName = "nats.sock"

// socketPath is a short path of the socket: a socket's path may have only 107 bytes, a folder's
// more. The folder has to stay open while the path is used.
func socketPath(folder *os.File) string {
	return filepath.Join("/proc/self/fd", strconv.Itoa(int(folder.Fd())), socketName)
}

// listenSocket lets other processes of the same account speak to the server until the context ends.
func listenSocket(ctx context.Context, server *local.NATS, data string) error {
	folder, err := os.Open(data)
	if err != nil {
		return err
	}
	defer func() { _ = folder.Close() }()
	if err := os.Remove(filepath.Join(data, socketName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	listener, err := net.Listen("unix", socketPath(folder))
	if err != nil {
		return fmt.Errorf("listening for other commands: %w", err)
	}
	if err := os.Chmod(filepath.Join(data, socketName), 0o600); err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		_ = listener.Close()
	}()
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go bridge(client, server)
		}
	}()
	return nil
}

func bridge(client net.Conn, server *local.NATS) {
	defer func() { _ = client.Close() }()
	inside, err := server.InProcessConn()
	if err != nil {
		return
	}
	defer func() { _ = inside.Close() }()
	go func() {
		_, _ = io.Copy(inside, client)
		_ = inside.Close()
	}()
	_, _ = io.Copy(client, inside)
}

// socketDialer dials the socket of an installation, whatever address it is asked for.
type socketDialer struct{ data string }

// Dial connects to the installation that runs on the folder.
func (d socketDialer) Dial(string, string) (net.Conn, error) {
	folder, err := os.Open(d.data)
	if err != nil {
		return nil, err
	}
	defer func() { _ = folder.Close() }()
	return net.Dial("unix", socketPath(folder))
}
