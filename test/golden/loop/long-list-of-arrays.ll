p():
  device param0: f32[16, 16], param1: f32[16, 16], param2: f32[16, 16], param3: f32[16, 16], param4:
      f32[16, 16], param5: f32[16, 16], param6: f32[16, 16], param7: f32[16, 16], param8:
      f32[16, 16], param9: f32[16, 16], param10: f32[16, 16], param11: f32[16, 16];
