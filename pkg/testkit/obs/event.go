package obs

// topics are what a client has to have asked for to hear of an event, as bits.
var topics = map[string]int{
	"ExitStarted": 1 << 0, "CustomEvent": 1 << 0,
	"CurrentSceneCollectionChanging": 1 << 1, "CurrentSceneCollectionChanged": 1 << 1, "CurrentProfileChanging": 1 << 1, "CurrentProfileChanged": 1 << 1,
	"CurrentProgramSceneChanged": 1 << 2, "CurrentPreviewSceneChanged": 1 << 2, "SceneListChanged": 1 << 2,
	"InputMuteStateChanged":  1 << 3,
	"SceneTransitionStarted": 1 << 4, "SceneTransitionEnded": 1 << 4,
	"StreamStateChanged": 1 << 6, "RecordStateChanged": 1 << 6, "RecordFileChanged": 1 << 6, "ReplayBufferStateChanged": 1 << 6,
	"ReplayBufferSaved": 1 << 6, "VirtualcamStateChanged": 1 << 6,
	"SceneItemEnableStateChanged": 1 << 7, "MediaInputPlaybackStarted": 1 << 8, "MediaInputPlaybackEnded": 1 << 8,
	"VendorEvent": 1 << 9, "StudioModeStateChanged": 1 << 10, "ScreenshotSaved": 1 << 10, "InputVolumeMeters": 1 << 16,
}

// Emit tells an event of the protocol to all who hear of its topic. data may be nil; an event that the
// protocol does not have is a mistake of the caller's.
func (s *Server) Emit(kind string, data map[string]any) {
	topic, ok := topics[kind]
	if !ok {
		panic("obs-websocket has no event " + kind)
	}
	event := map[string]any{"eventType": kind, "eventIntent": topic}
	if data != nil {
		event["eventData"] = data
	}
	for _, c := range s.all() {
		c.tell(topic, event)
	}
}

// Custom tells what somebody broadcasts with BroadcastCustomEvent.
func (s *Server) Custom(data map[string]any) {
	s.Emit("CustomEvent", map[string]any{"eventData": data})
}

// Screenshot is what happens when somebody presses the hotkey for one.
func (s *Server) Screenshot(path string) {
	s.Emit("ScreenshotSaved", map[string]any{"savedScreenshotPath": path})
}

// SetScene shows another scene.
func (s *Server) SetScene(name string) {
	s.mu.Lock()
	s.scene = name
	s.mu.Unlock()
	s.Emit("CurrentProgramSceneChanged", map[string]any{"sceneName": name, "sceneUuid": digest(name)})
}

// Exit is what happens when somebody closes OBS: it tells, and is away until Shut(false).
func (s *Server) Exit() {
	s.Emit("ExitStarted", nil)
	s.Shut(true)
}
